using System.CommandLine;
using CoLA.Cli.Naming;
using CoLA.V1;

namespace CoLA.Cli.Commands;

/// <summary>What rows are computed with: <c>--task</c>, repeatable; the base model where it is not given.</summary>
internal sealed class SourceOption
{
    private readonly Option<string[]> _task = new("--task")
    {
        Description = $"TASK, OWNER/TASK, TASK@VERSION or {ResourceNames.Base}; several are computed together [default: {ResourceNames.Base}]",
        HelpName = "TASK",
        AllowMultipleArgumentsPerToken = false,
    };

    public void AddTo(Command command) => command.Add(_task);

    /// <summary>Each with the name to show; at least one.</summary>
    public IReadOnlyList<(string Name, Source Source)> Of(ParseResult parse, string tenant) =>
        [.. (parse.GetValue(_task) is { Length: > 0 } typed ? typed : [ResourceNames.Base]).Select(name => (name, ResourceNames.Source(tenant, name)))];
}
