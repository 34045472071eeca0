using System.Globalization;
using CoLA.Cli.Naming;
using CoLA.Core.Configuration;
using CoLA.Core.Model;
using CoLA.Core.Tokens;
using CoLA.Core.Weights;
using CoLA.Models.Goldens;
using Spectre.Console;

namespace CoLA.Cli.Rendering;

/// <summary>Models as people see them.</summary>
internal static class ModelTables
{
    public static Table Inspection(Checkpoint checkpoint, long parameters, long bytes, IEnumerable<string> types, Tokenizer? tokenizer)
    {
        var config = checkpoint.Config;
        return Tables.Facts(
            ("model", checkpoint.Name),
            ("family", config.Family.ToString()),
            ("parameters", Sizes.Count(parameters)),
            ("on disk", $"{Sizes.Bytes(bytes)} in {checkpoint.WeightFiles.Count} file(s), {string.Join(", ", types)}"),
            ("SHA-256", checkpoint.Sha256()),
            ("layers", $"{config.Layers}"),
            ("hidden", $"{config.HiddenSize}, feed-forward {config.IntermediateSize}"),
            ("attention", $"{config.Heads} heads of {config.HeadDim}, {config.KeyValueHeads} for keys and values"
                + (config.SlidingWindow is { } window ? $", window {window}" : "")),
            ("context", $"{Sizes.Count(config.ContextLength)} tokens"),
            ("vocabulary", $"{Sizes.Count(config.VocabularySize)}, embeddings {(config.TieEmbeddings ? "tied" : "untied")}"),
            ("rotary", $"theta {config.RopeTheta.ToString("0.##", CultureInfo.InvariantCulture)}{(config.RopeScaling is { } scaling ? $", {scaling}" : "")}"),
            ("biases and norms", Extras(config)),
            ("tokenizer", tokenizer is null ? "none: token ids only" : $"{Sizes.Count(tokenizer.VocabularySize)} tokens, BOS "
                + $"{tokenizer.BosId?.ToString(CultureInfo.InvariantCulture) ?? "none"}, ends a text: {string.Join(", ", tokenizer.EosIds)}"),
            ("chat template", ChatFamily(tokenizer) ?? "none"));
    }

    public static Table Check(IEnumerable<GoldenFindings> findings)
    {
        var table = Tables.New("prompt", "tokens", "logits", "log-probabilities", "greedy", "").RightAligned(1, 2, 3);
        foreach (var finding in findings)
        {
            table.AddRow(
                new Text(finding.Prompt),
                new Text($"{finding.Tokens}"),
                new Text(Difference(finding.Logits)),
                new Text(Difference(finding.LogProbabilities)),
                new Text(Greedy(finding)),
                finding.Passed ? new Markup("[green]passed[/]") : new Markup("[red]failed[/]"));
        }

        return table;
    }

    /// <param name="rows">The first with the weights as the model computes.</param>
    public static Table Perplexities(IReadOnlyList<PerplexityRow> rows)
    {
        var table = Tables.New("weights", "memory", "tokens", "mean NLL", "more", "perplexity").RightAligned(1, 2, 3, 4, 5);
        foreach (var row in rows)
        {
            table.AddRow(
                Weights(row.Weights),
                Sizes.Bytes(row.Bytes),
                Sizes.Count(row.Text.Tokens),
                row.Text.MeanNll.ToString("0.0000", CultureInfo.InvariantCulture),
                row == rows[0] ? "" : (row.Text.MeanNll - rows[0].Text.MeanNll).ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture),
                row.Text.Value.ToString("0.00", CultureInfo.InvariantCulture));
        }

        return table;
    }

    public static string Weights(Quantization form) => form == Quantization.None ? "unquantised" : EnumWords.Of(form);

    public static string Difference(double? difference) => difference?.ToString("0.0e+00", CultureInfo.InvariantCulture) ?? "-";

    public static string? ChatFamily(Tokenizer? tokenizer) =>
        tokenizer?.ChatTemplate is not { } template ? null : template.Family ?? "of no supported family";

    private static string Greedy(GoldenFindings finding) => finding switch
    {
        { GreedyDifference: { } place } => $"differs at token {place + 1} of {finding.GreedyTokens}",
        { GreedyTokens: { } tokens } => $"{tokens} tokens",
        _ => finding.Skipped.Count > 0 ? "skipped" : "-",
    };

    private static string Extras(ModelConfig config)
    {
        string[] extras =
        [
            .. config.QueryKeyValueBias ? ["q, k, v biases"] : Array.Empty<string>(),
            .. config.OutputBias ? ["o bias"] : Array.Empty<string>(),
            .. config.FeedForwardBias ? ["feed-forward biases"] : Array.Empty<string>(),
            .. config.QueryKeyNorm ? ["norms of q and k"] : Array.Empty<string>(),
        ];
        return extras.Length == 0 ? "none" : string.Join(", ", extras);
    }
}
