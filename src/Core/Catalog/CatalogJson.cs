using System.Text.Json;
using System.Text.Json.Serialization;
using CoLA.Core.Naming;

namespace CoLA.Core.Catalog;

/// <summary>Snapshots as JSON: names and enums as text. Specs and stored replies outlive the server that wrote them.</summary>
internal static class CatalogJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        Converters =
        {
            new JsonStringEnumConverter(),
            new NameConverter<TenantId>(name => TenantId.Parse(name)),
            new NameConverter<PoolName>(name => PoolName.Parse(name)),
            new NameConverter<TaskName>(name => TaskName.Parse(name)),
            new NameConverter<TaskVersionName>(name => TaskVersionName.Parse(name)),
            new NameConverter<SessionName>(name => SessionName.Parse(name)),
            new NameConverter<SessionStateName>(name => SessionStateName.Parse(name)),
            new NameConverter<JobName>(name => JobName.Parse(name)),
        },
    };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    public static void Write<T>(Stream stream, T value) => JsonSerializer.Serialize(stream, value, Options);

    public static T Read<T>(Stream stream) => JsonSerializer.Deserialize<T>(stream, Options)!;

    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Options)!;
}
