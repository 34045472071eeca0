using Dapper;
using Microsoft.Data.Sqlite;

namespace CoLA.Core.Registry;

/// <summary>Which files of matrices the registry names, by their SHA-256.</summary>
internal sealed class FileReferences(SqliteConnection connection, SqliteTransaction transaction)
{
    private readonly List<string> _letGo = [];

    /// <summary>Files that rows removed by this transaction named; others may name them still.</summary>
    public IReadOnlyList<string> LetGo => _letGo;

    public void LetGoOf(string? sha256)
    {
        if (sha256 is not null)
        {
            _letGo.Add(sha256);
        }
    }

    public IReadOnlySet<string> All() => connection.Query<string>(
        """
        SELECT sha256 FROM poolVersions
        UNION SELECT sha256 FROM taskVersions WHERE sha256 IS NOT NULL
        UNION SELECT sha256 FROM sessionStates
        UNION SELECT dataSha256 FROM jobs WHERE dataSha256 IS NOT NULL
        """,
        transaction: transaction).ToHashSet(StringComparer.Ordinal);

    public bool Contains(string sha256) => connection.ExecuteScalar<bool>(
        """
        SELECT EXISTS (SELECT 1 FROM poolVersions WHERE sha256 = @sha256)
            OR EXISTS (SELECT 1 FROM taskVersions WHERE sha256 = @sha256)
            OR EXISTS (SELECT 1 FROM sessionStates WHERE sha256 = @sha256)
            OR EXISTS (SELECT 1 FROM jobs WHERE dataSha256 = @sha256)
        """,
        new { sha256 },
        transaction);
}
