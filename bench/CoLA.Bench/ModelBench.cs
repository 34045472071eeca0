using System.CommandLine;
using CoLA.Bench.Rendering;

namespace CoLA.Bench;

/// <summary>A benchmark that opens a model itself and measures in rounds.</summary>
internal abstract class ModelBench : BenchCommand
{
    private readonly Option<string> _model = new("--model") { Description = "A model directory or a GGUF file", HelpName = "DIR", Required = true };
    private readonly Option<int> _repetitions = new("--repetitions")
    {
        Description = "Rounds that count, after one that warms up; fewer than 5 only to see that it runs",
        DefaultValueFactory = _ => 5,
    };

    /// <inheritdoc cref="BenchCommand(string, string, IReadOnlyList{Bar})"/>
    protected ModelBench(string name, string description, params IReadOnlyList<Bar> bars)
        : base(name, description, bars)
    {
        Add(_model);
        Add(_repetitions);
    }

    protected override BenchRun Begin(ParseResult parse, BenchProgress progress) =>
        new(parse.GetRequiredValue(_model), parse.GetValue(_repetitions), progress);
}
