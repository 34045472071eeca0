using System.Text.Json;
using CoLA.Core.Data.Examples;
using CoLA.Core.Tokens.Chat;

namespace CoLA.Core.Data.Forms;

/// <summary>ShareGPT's <c>{"conversations": [{"from", "value"}], "system"}</c>.</summary>
internal sealed class ConversationForm : RecordForm
{
    protected override string Keys => "\"conversations\" of \"from\" and \"value\"";

    protected override bool Fits(JsonElement record) => Has(record, "conversations");

    protected override DataRecord ReadFitting(JsonElement record)
    {
        var conversation = MessagesForm.Conversation(
            record, "conversations", turn => new ChatMessage(Role(Text(turn, "from")), Text(turn, "value", mayBeEmpty: true)));
        return new DataRecord(
            HasValue(record, "system") ? new ChatExample([new ChatMessage("system", Text(record, "system")), .. conversation.Messages]) : conversation,
            null);
    }

    private static string Role(string from) => from switch
    {
        "human" or "user" => "user",
        "gpt" or "assistant" => "assistant",
        "system" => "system",
        _ => throw new LineFault($"\"from\" is \"{from}\"; supported: human, gpt, system"),
    };
}
