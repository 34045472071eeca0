using System.Text.Json;
using CoLA.Core.Data.Examples;
using CoLA.Core.Tokens.Chat;

namespace CoLA.Core.Data.Forms;

/// <summary><c>{"messages": [{"role", "content"}]}</c>, with at least one turn of the assistant.</summary>
internal sealed class MessagesForm : RecordForm
{
    protected override string Keys => "\"messages\" of \"role\" and \"content\"";

    protected override bool Fits(JsonElement record) => Has(record, "messages");

    protected override DataRecord ReadFitting(JsonElement record) =>
        new(Conversation(record, "messages", turn => new ChatMessage(Text(turn, "role"), Text(turn, "content", mayBeEmpty: true))), null);

    public static ChatExample Conversation(JsonElement record, string key, Func<JsonElement, ChatMessage> read)
    {
        var turns = record.GetProperty(key);
        if (turns.ValueKind != JsonValueKind.Array)
        {
            throw new LineFault($"\"{key}\" is {Kind(turns)}, expected an array");
        }

        var messages = new List<ChatMessage>();
        foreach (var turn in turns.EnumerateArray())
        {
            messages.Add(turn.ValueKind == JsonValueKind.Object
                ? read(turn)
                : throw new LineFault($"\"{key}\" holds {Kind(turn)}, expected objects"));
        }

        return messages.Any(message => message.Role == "assistant")
            ? new ChatExample(messages)
            : throw new LineFault($"\"{key}\" has no turn of the assistant to learn from");
    }
}
