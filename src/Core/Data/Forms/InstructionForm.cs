using System.Text.Json;
using CoLA.Core.Data.Examples;

namespace CoLA.Core.Data.Forms;

/// <summary>LLaMA-Factory's <c>{"instruction", "input", "output"}</c>; the input may be absent.</summary>
internal sealed class InstructionForm : RecordForm
{
    protected override string Keys => "\"instruction\", \"output\" and optionally \"input\"";

    protected override bool Fits(JsonElement record) => Has(record, "instruction") && Has(record, "output");

    protected override DataRecord ReadFitting(JsonElement record)
    {
        // Read over, they would change what is learnt without a word.
        foreach (var key in (string[])["system", "history"])
        {
            if (HasValue(record, key))
            {
                throw new LineFault($"has \"{key}\", which this form does not take here; write the conversation as \"messages\"");
            }
        }

        var output = Text(record, "output");
        var input = HasValue(record, "input") ? Text(record, "input") : "";
        return new DataRecord(new InstructionExample(Text(record, "instruction"), input, output), output);
    }
}
