using System.Text.Json;
using System.Text.Json.Serialization;

namespace CoLA.Core.Catalog;

/// <summary>A name as the text that people write.</summary>
internal sealed class NameConverter<T>(Func<string, T> parse) : JsonConverter<T>
    where T : struct
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => parse(reader.GetString()!);

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
