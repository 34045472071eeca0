using CoLA.Cli.Naming;
using CoLA.Cli.Quickstart;
using CoLA.Core.Data;
using Spectre.Console;

namespace CoLA.Cli.Rendering;

/// <summary>What a quickstart has to show, as people see it.</summary>
internal static class QuickstartTables
{
    private const int LongestText = 48;

    public static Table Tasks(QuickstartResult result)
    {
        var table = Tables.New("tenant", "task", "strategy", "N", "examples", "before", "after", "on the device", "a LoRA of its own", "")
            .RightAligned(3, 4, 5, 6, 7, 8);
        foreach (var (task, before, after, bytes) in result.Tasks)
        {
            table.AddTextRow(
                task.Tenant,
                task.Id,
                EnumWords.Of(task.Spec.Strategy),
                $"{task.Spec.N}",
                $"{task.Data.Training.Count}",
                $"{before}",
                $"{after}",
                Sizes.Bytes(bytes),
                Sizes.Bytes(result.LoraBytes),
                bytes < result.LoraBytes ? "" : "not smaller");
        }

        table.AddEmptyRow();
        table.AddTextRow(QuickstartPlan.Platform, "(the pool)", "", "", "", "", "", Sizes.Bytes(result.PoolBytes), "", "once for all");
        var (all, loras) = (result.PoolBytes + result.Tasks.Sum(task => task.Bytes), result.LoraBytes * result.Tasks.Count);
        table.AddTextRow("", "together", "", "", "", "", "", Sizes.Bytes(all), Sizes.Bytes(loras), all < loras ? "" : "not smaller");
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
