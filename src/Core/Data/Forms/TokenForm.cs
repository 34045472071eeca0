using System.Text.Json;
using CoLA.Core.Data.Examples;

namespace CoLA.Core.Data.Forms;

/// <summary><c>{"ids": [...], "weights": [...]}</c>, for models without a tokenizer; without weights every token counts alike.</summary>
internal sealed class TokenForm : RecordForm
{
    protected override string Keys => "\"ids\" and optionally \"weights\"";

    protected override bool Fits(JsonElement record) => Has(record, "ids");

    protected override DataRecord ReadFitting(JsonElement record)
    {
        var ids = Numbers<int>(record, "ids", (JsonElement value, out int id) => value.TryGetInt32(out id) && id >= 0, "token ids of 0 and above");
        var weights = HasValue(record, "weights")
            ? Numbers<float>(
                record,
                "weights",
                (JsonElement value, out float weight) => value.TryGetSingle(out weight) && float.IsFinite(weight) && weight >= 0,
                "finite numbers of 0 and above")
            : [.. ids.Select(_ => 1f)];
        if (ids.Count < 2)
        {
            throw new LineFault($"\"ids\" has {ids.Count} token(s); there is nothing to predict below 2");
        }

        return ids.Count == weights.Count
            ? new DataRecord(new TokenExample(ids, weights), null)
            : throw new LineFault($"\"ids\" has {ids.Count} entries and \"weights\" {weights.Count}; each token has one weight");
    }

    private delegate bool TryRead<T>(JsonElement value, out T number);

    private static List<T> Numbers<T>(JsonElement record, string key, TryRead<T> read, string expected)
    {
        var values = record.GetProperty(key);
        if (values.ValueKind != JsonValueKind.Array)
        {
            throw new LineFault($"\"{key}\" is {Kind(values)}, expected an array");
        }

        var numbers = new List<T>(values.GetArrayLength());
        foreach (var value in values.EnumerateArray())
        {
            numbers.Add(value.ValueKind == JsonValueKind.Number && read(value, out var number)
                ? number
                : throw new LineFault($"\"{key}\" holds {value.GetRawText()}; expected {expected}"));
        }

        return numbers;
    }
}
