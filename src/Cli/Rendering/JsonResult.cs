using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CoLA.Cli.Rendering;

/// <summary>A result as one line of JSON: messages of the contract in its JSON form, everything else in camel case.</summary>
internal static class JsonResult
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new MessageConverter(), new JsonStringEnumConverter() },
    };

    public static string Of<T>(T result) => JsonSerializer.Serialize(result, Options);
}
