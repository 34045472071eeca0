using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Google.Protobuf;

namespace CoLA.Cli.Rendering;

/// <summary>Writes messages of the contract in the JSON form of Protocol Buffers, wherever in a result they are.</summary>
internal sealed class MessageConverter : JsonConverter<IMessage>
{
    private static readonly JsonFormatter Messages = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    public override bool CanConvert(Type typeToConvert) => typeof(IMessage).IsAssignableFrom(typeToConvert);

    public override IMessage Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, IMessage value, JsonSerializerOptions options) =>
        JsonNode.Parse(Messages.Format(value))!.WriteTo(writer, options);
}
