using System.Text.Json;
using CoLA.Core.Data.Examples;

namespace CoLA.Core.Data.Forms;

/// <summary>One of the forms that a record of a JSON data file may have, told by its keys.</summary>
internal abstract class RecordForm
{
    private static readonly RecordForm[] All =
        [new CompletionForm(), new MessagesForm(), new ConversationForm(), new InstructionForm(), new InputTargetForm(), new TokenForm()];

    /// <summary>The keys, as messages list them.</summary>
    protected abstract string Keys { get; }

    /// <exception cref="LineFault">The record has no known form, or a value that its form does not allow.</exception>
    public static DataRecord Read(JsonElement record)
    {
        if (record.ValueKind != JsonValueKind.Object)
        {
            throw new LineFault($"is {Kind(record)}, expected an object");
        }

        var form = All.FirstOrDefault(form => form.Fits(record));
        return form is not null
            ? form.ReadFitting(record)
            : throw new LineFault(
                $"has the keys {string.Join(", ", record.EnumerateObject().Select(property => $"\"{property.Name}\""))}; "
                    + $"supported: {string.Join("; ", All.Select(known => known.Keys))}");
    }

    protected abstract bool Fits(JsonElement record);

    protected abstract DataRecord ReadFitting(JsonElement record);

    protected static bool Has(JsonElement record, string key) => record.TryGetProperty(key, out _);

    protected static bool HasValue(JsonElement record, string key) =>
        record.TryGetProperty(key, out var value)
        && value.ValueKind != JsonValueKind.Null
        && !(value.ValueKind == JsonValueKind.String && value.GetString() is "")
        && !(value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0);

    /// <summary>The text under a key of a form; <paramref name="mayBeEmpty"/> where nothing is something to say.</summary>
    protected static string Text(JsonElement record, string key, bool mayBeEmpty = false)
    {
        if (!record.TryGetProperty(key, out var value))
        {
            throw new LineFault($"lacks \"{key}\"");
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            throw new LineFault($"\"{key}\" is {Kind(value)}, expected a string");
        }

        try
        {
            var text = value.GetString()!;
            return text.Length > 0 || mayBeEmpty ? text : throw new LineFault($"\"{key}\" is empty");
        }
        catch (InvalidOperationException)
        {
            throw new LineFault($"\"{key}\" holds half of a surrogate pair");
        }
    }

    public static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
