using System.CommandLine;
using CoLA.Cli.Options;
using CoLA.V1;

namespace CoLA.Cli.Data;

/// <summary>The handful of examples that tasks are compared on: the first of a file's training part.</summary>
internal sealed class SimilarExamples
{
    private const int Most = 64;

    private readonly Option<int> _count = new Option<int>("--examples")
    {
        Description = $"How many of a file's examples are scored, at most {Most}",
        HelpName = "COUNT",
        DefaultValueFactory = _ => 16,
    }.AtLeast(1);
    private readonly DataFileOptions _data = new();

    public void AddTo(Command command)
    {
        command.Add(_count);
        _data.AddTo(command);
    }

    public IEnumerable<Example> Read(ParseResult parse, string file) => _data.Split(parse, _data.Read(parse, file)).Training
        .Take(parse.GetValue(_count))
        .Select(item => ExampleMessages.Training(item.Example, ""));
}
