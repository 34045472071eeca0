using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using CoLA.Core.Model;
using CoLA.Models.Likelihood;

namespace CoLA.Cli.Commands;

/// <summary><c>cola model perplexity</c></summary>
internal sealed class ModelPerplexityCommand : CliCommand
{
    private readonly Argument<string> _model = new("DIR") { Description = "A model directory in HuggingFace layout, or a GGUF file" };
    private readonly Argument<FileInfo> _text = new Argument<FileInfo>("FILE") { Description = "The text, UTF-8" }.AcceptExistingOnly();
    private readonly Option<Quantization[]> _quantize = EnumWords.Options<Quantization>(
        "--quantize", "Read it with weights stored by codes too, and tell what that costs");

    public ModelPerplexityCommand(CliContext cli)
        : base("perplexity", "How well a base model predicts a text, on the CPU; with quantised weights too", cli)
    {
        Add(_model);
        Add(_text);
        Add(_quantize);
    }

    protected override async Task<int> RunAsync(ParseResult parse, Terminal terminal, CancellationToken cancellation)
    {
        var text = await File.ReadAllTextAsync(parse.GetRequiredValue(_text).FullName, cancellation);
        var forms = parse.GetValue(_quantize)!.Prepend(Quantization.None).Distinct().ToList();
        var rows = new List<PerplexityRow>();
        await ProgressBars.RunAsync(terminal, async bars =>
        {
            foreach (var (form, bar) in forms.ConvertAll(form => (form, bars.Add(ModelTables.Weights(form), 1))))
            {
                rows.Add(await Task.Run(() => Measure(parse.GetRequiredValue(_model), form, text, bar, cancellation), cancellation));
            }
        });
        terminal.Show(ModelTables.Perplexities(rows));
        terminal.Result(
            new
            {
                Results = rows.Select(
                    row => new { Weights = EnumWords.Of(row.Weights), row.Bytes, row.Text.Tokens, row.Text.MeanNll, Perplexity = row.Text.Value }),
            });
        return ExitCode.Ok;
    }

    private static PerplexityRow Measure(string path, Quantization form, string text, ProgressBar bar, CancellationToken cancellation)
    {
        using var model = BaseModel.Load(path, quantization: form);
        return new PerplexityRow(form, model.Bytes, Perplexity.Of(model, text, fraction => bar.Set(fraction), cancellation));
    }
}
