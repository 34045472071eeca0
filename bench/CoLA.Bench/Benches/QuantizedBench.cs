using System.CommandLine;
using System.Text.Json;
using CoLA.Bench.Measures;
using CoLA.Bench.Worlds;
using CoLA.Core;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Models.Likelihood;

namespace CoLA.Bench.Benches;

/// <summary>Decoding with quantised weights beside float32, and what they cost in likelihood of a text.</summary>
internal sealed class QuantizedBench : ModelBench
{
    private const int PromptTokens = 32;
    private const int NewTokens = 64;

    private readonly Option<string?> _golden = new("--golden")
    {
        Description = "JSON with \"perplexity\": {\"text\"}, the text to predict [default: goldens/NAME/golden.json beside the directory of models]",
        HelpName = "FILE",
    };

    public QuantizedBench()
        : base(
            "quantized",
            "Decoding with int8 and int4 weights beside float32, at 1 and 8 rows, and the likelihood of a text",
            new Bar("int4", 2.5),
            new Bar("int8", 1.4),
            new Bar("int4Rows8", 1.3),
            new Bar("nllInt4", 0.02, AtMost: true),
            new Bar("nllInt8", 0.02, AtMost: true)) => Add(_golden);

    protected override async Task MeasureAsync(BenchRun run, ParseResult parse, CancellationToken cancellation)
    {
        var text = Text(
            parse.GetValue(_golden)
                ?? Path.Combine(run.Model, "..", "..", "goldens", Path.GetFileName(Path.TrimEndingDirectorySeparator(run.Model)), "golden.json"));
        await using var plain = run.Open();
        await using var int8 = run.Open(new ColaOptions { Model = new() { Quantization = Quantization.Int8 } });
        await using var int4 = run.Open(new ColaOptions { Model = new() { Quantization = Quantization.Int4 } });

        static async Task<double> RateAsync(World world, int rows) =>
            (await world.RunAsync([.. new TaskName?[rows].Select(task => world.NewRow(task, PromptTokens, NewTokens))])).DecodeTokensPerSecond;
        var rounds = await Rounds.RunAsync(
            run,
            "decoding",
            ("float32Rows1", () => RateAsync(plain, 1)),
            ("int8Rows1", () => RateAsync(int8, 1)),
            ("int4Rows1", () => RateAsync(int4, 1)),
            ("float32Rows8", () => RateAsync(plain, 8)),
            ("int8Rows8", () => RateAsync(int8, 8)),
            ("int4Rows8", () => RateAsync(int4, 8)),
            ("float32Rows32", () => RateAsync(plain, 32)),
            ("int8Rows32", () => RateAsync(int8, 32)),
            ("int4Rows32", () => RateAsync(int4, 32)));
        foreach (var side in rounds.Sides)
        {
            run.Figures[$"{side}TokensPerSecond"] = rounds.Median(side);
        }

        var exact = Perplexity.Of(plain.Core.Model, text, cancellation: cancellation).MeanNll;
        run.Figures["meanNll"] = exact;
        foreach (var (name, world, ratio) in new[] { ("Int8", int8, "int8"), ("Int4", int4, "int4") })
        {
            var cost = Perplexity.Of(world.Core.Model, text, cancellation: cancellation).MeanNll - exact;
            run.Figures[$"megabytes{name}"] = world.Core.Model.Bytes / 1e6;
            run.Ratios[ratio] = _ => rounds.Median(round => round[$"{ratio}Rows1"] / round["float32Rows1"]);
            run.Ratios[$"{ratio}Rows8"] = _ => rounds.Median(round => round[$"{ratio}Rows8"] / round["float32Rows8"]);
            run.Ratios[$"nll{name}"] = _ => cost;
        }

        run.Figures["megabytesFloat32"] = plain.Core.Model.Bytes / 1e6;
    }

    private static string Text(string golden)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(golden));
        return json.RootElement.GetProperty("perplexity").GetProperty("text").GetString()!;
    }
}
