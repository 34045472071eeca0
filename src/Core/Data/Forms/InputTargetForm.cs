using System.Text.Json;
using CoLA.Core.Data.Examples;

namespace CoLA.Core.Data.Forms;

/// <summary>BIG-Bench-Hard's <c>{"input", "target"}</c>: <c>Q: {input}\nA:</c> and <c> {target}</c>.</summary>
internal sealed class InputTargetForm : RecordForm
{
    protected override string Keys => "\"input\" and \"target\"";

    protected override bool Fits(JsonElement record) => Has(record, "input") && Has(record, "target");

    protected override DataRecord ReadFitting(JsonElement record)
    {
        var completion = $" {Text(record, "target")}";
        return new DataRecord(new CompletionExample($"Q: {Text(record, "input")}\nA:", completion), completion);
    }
}
