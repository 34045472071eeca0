using System.Text.Json;
using CoLA.Core.Data.Examples;

namespace CoLA.Core.Data.Forms;

/// <summary><c>{"prompt", "completion"}</c>, taken as they are.</summary>
internal sealed class CompletionForm : RecordForm
{
    protected override string Keys => "\"prompt\" and \"completion\"";

    protected override bool Fits(JsonElement record) => Has(record, "prompt") && Has(record, "completion");

    protected override DataRecord ReadFitting(JsonElement record)
    {
        var completion = Text(record, "completion");
        return new DataRecord(new CompletionExample(Text(record, "prompt", mayBeEmpty: true), completion), completion);
    }
}
