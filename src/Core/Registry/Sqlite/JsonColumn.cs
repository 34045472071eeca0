using System.Data;
using System.Text.Json;
using Dapper;

namespace CoLA.Core.Registry.Sqlite;

/// <summary>A list in a row: rows of another table, which a query gathers as JSON.</summary>
internal sealed class JsonColumn<T> : SqlMapper.TypeHandler<T>
{
    public override T Parse(object value) => JsonSerializer.Deserialize<T>((string)value)!;

    /// <summary>Never asked for: the other table's rows are written one by one.</summary>
    public override void SetValue(IDbDataParameter parameter, T? value) => throw new NotSupportedException();
}
