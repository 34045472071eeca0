using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using CoLA.Core.Data;
using CoLA.Core.Data.Examples;
using Spectre.Console;

namespace CoLA.Cli.Quickstart;

/// <summary>What a quickstart has to show, as people see it.</summary>
internal static class QuickstartTables
{
    private const int LongestText = 48;

    /// <summary>What each task learned; fits into 80 columns.</summary>
    public static Table Learned(QuickstartResult result)
    {
        var table = Tables.New("task", "strategy", "N", "trained on", "before", "after").RightAligned(2, 3, 4, 5);
        foreach (var (task, before, after, _) in result.Tasks)
        {
            table.AddTextRow(Name(task), EnumWords.Of(task.Spec.Strategy), $"{task.Spec.N}", $"{task.Data.Training.Count}", $"{before}", $"{after}");
        }

        return table;
    }

    /// <summary>What each task holds on the device, and all of them together.</summary>
    public static Table Held(QuickstartResult result)
    {
        var table = Tables.New("task", "on the device", "a LoRA of its own", "").RightAligned(1, 2);
        foreach (var (task, _, _, bytes) in result.Tasks)
        {
            AddSizes(table, Name(task), bytes, result.LoraBytes);
        }

        table.AddEmptyRow();
        table.AddTextRow("(the pool)", Sizes.Bytes(result.PoolBytes), "", "once for all");
        AddSizes(table, "together", result.PoolBytes + result.Tasks.Sum(task => task.Bytes), result.LoraBytes * result.Tasks.Count);
        return table;
    }

    /// <summary>One answer of each source.</summary>
    public static Table MixedBatch(QuickstartResult result)
    {
        var table = Tables.New("row of", "prompt", "answer", "expected");
        foreach (var answer in result.MixedBatch.DistinctBy(answer => answer.Source))
        {
            table.AddTextRow(
                ResourceNames.Short(answer.Source),
                Shortened(Prompt(answer.Item)),
                Shortened(answer.Answer.Failure?.Message ?? answer.Answer.Text),
                Shortened(Expected(answer.Item)));
        }

        return table;
    }

    private static void AddSizes(Table table, string name, long bytes, long lora) =>
        table.AddTextRow(name, Sizes.Bytes(bytes), Sizes.Bytes(lora), bytes < lora ? "" : "not smaller");

    private static string Name(QuickstartTask task) => ResourceNames.Short(task.Name);

    private static string Prompt(DataItem item) => item.Example switch
    {
        CompletionExample completion => completion.Prompt,
        InstructionExample instruction => $"{instruction.Instruction} {instruction.Input}",
        _ => "",
    };

    private static string Expected(DataItem item) => item.Judgement switch
    {
        Choice choice => choice.Continuations[choice.Answer],
        ExactMatch exact => exact.Answer,
        _ => "",
    };

    private static string Shortened(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= LongestText ? line : $"{line[..(LongestText / 2)]} ... {line[^(LongestText / 2)..]}";
    }
}
