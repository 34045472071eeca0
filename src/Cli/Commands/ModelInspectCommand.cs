using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Rendering;
using CoLA.Core.Weights;
using CoLA.Core.Weights.Tensors;

namespace CoLA.Cli.Commands;

/// <summary><c>cola model inspect</c></summary>
internal sealed class ModelInspectCommand : CliCommand
{
    private readonly Argument<string> _model = new("DIR") { Description = "A model directory in HuggingFace layout, or a GGUF file" };

    public ModelInspectCommand(CliContext cli)
        : base("inspect", "What a model on disk is; its files are checked, not loaded", cli) => Add(_model);

    protected override Task<int> RunAsync(ParseResult parse, Terminal terminal, CancellationToken cancellation)
    {
        using var checkpoint = Checkpoint.Open(parse.GetRequiredValue(_model));
        var tokenizer = checkpoint.LoadTokenizer();
        var types = checkpoint.Tensors.Values.GroupBy(tensor => tensor.DType).OrderByDescending(
            group => group.Sum(Parameters)).Select(group => group.Key).ToArray();
        var parameters = checkpoint.Tensors.Values.Sum(Parameters);
        var bytes = checkpoint.WeightFiles.Sum(file => new FileInfo(file).Length);
        terminal.Show(ModelTables.Inspection(checkpoint, parameters, bytes, types, tokenizer));
        terminal.Result(new
        {
            checkpoint.Name,
            Family = checkpoint.Config.Family.ToString(),
            Config = checkpoint.Config with { RopeScaling = null },
            RopeScaling = checkpoint.Config.RopeScaling?.ToString(),
            Parameters = parameters,
            Files = checkpoint.WeightFiles,
            Bytes = bytes,
            Types = types,
            Sha256 = checkpoint.Sha256(),
            Tokenizer = tokenizer is null ? null : new { tokenizer.VocabularySize, tokenizer.BosId, tokenizer.EosIds },
            ChatTemplate = ModelTables.ChatFamily(tokenizer),
        });
        return Task.FromResult(ExitCode.Ok);
    }

    private static long Parameters(CheckpointTensor tensor) => tensor.Shape.Aggregate(1L, (product, side) => product * side);
}
