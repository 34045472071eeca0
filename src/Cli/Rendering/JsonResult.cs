using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Google.Protobuf;

namespace CoLA.Cli.Rendering;

/// <summary>A result as one line of JSON: messages of the contract in its JSON form, everything else in camel case.</summary>
internal static class JsonResult
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private static readonly JsonFormatter Messages = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    public static string Of(IMessage message) => Messages.Format(message);

    public static string Of<T>(T result) => JsonSerializer.Serialize(result, Options);
}
