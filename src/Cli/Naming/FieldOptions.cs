using System.CommandLine;
using System.Text.RegularExpressions;

namespace CoLA.Cli.Naming;

/// <summary>
/// Names the option or argument of a command that fills a field of a request, so that a server's refusal speaks of what was typed:
/// <c>--weight-decay</c> for <c>tasks[0].optimizer.weight_decay</c>.
/// </summary>
/// <param name="command">The command that sends the request.</param>
internal sealed partial class FieldOptions(Command command)
{
    /// <summary>
    /// Fields whose option or argument has another name, the most particular first. Where a field has several, the command decides:
    /// it takes the first that it has.
    /// </summary>
    private static readonly (string Field, string Name)[] Renamed =
    [
        ("pool_optimizer.learning_rate", "--pool-lr"),
        ("schedule.warmup_steps", "--warmup"),
        ("schedule.kind", "--schedule"),
        ("evaluation.every", "--evaluate-every"),
        ("evaluation.examples", "--evaluation-examples"),
        ("evaluation.patience", "--early-stopping"),
        ("spec.initialisation", "--init"),
        ("sharing.tenants", "--with"),
        ("pool_id", "POOL"),
        ("task_id", "TASK"),
        ("pool_version", "--pool"),
        ("current_version", "VERSION"),
        ("version", "--to"),
        ("shared_a", "--a-frozen"),
        ("pool", "POOL"),
        ("name", "POOL"),
        ("name", "TASK"),
        ("name", "JOB"),
    ];

    /// <summary>Fields that hold others: all below them comes from one option or argument.</summary>
    private static readonly (string Field, string Name)[] Containers =
    [
        ("most_similar_to", "--most-similar-to"),
        ("examples", "FILE"),
        ("examples", "--task"),
        ("files", "--server-file"),
        ("tasks", "--task"),
        ("grants", "--grant"),
        ("grants", "GRANTEE"),
        ("candidates", "--candidate"),
        ("continuations", "--continuation"),
        ("source", "--task"),
        ("tokens", "--ids"),
        ("prompt", "PROMPT"),
    ];

    /// <summary>What people typed to fill the field; the field as it is where the command has nothing for it.</summary>
    public string NameOf(string field)
    {
        if (!Path().IsMatch(field))
        {
            return field;
        }

        var path = Index().Replace(field, "");
        return Known(Renamed, renamed => path == renamed || path.EndsWith($".{renamed}", StringComparison.Ordinal))
            ?? Option($"--{path.Split('.')[^1].Replace('_', '-')}")
            ?? Known(Containers, path.Split('.').Contains)
            ?? field;
    }

    /// <summary>A text of the server with the options of the command in place of the fields that it names: <c>set --rebase</c> for <c>set rebase</c>.</summary>
    public string InWords(string text) => FieldWord().Replace(text, word => NameOf(word.Value));

    private string? Known(IEnumerable<(string Field, string Name)> fields, Func<string, bool> isMeant) => fields
        .Where(known => isMeant(known.Field))
        .Select(known => known.Name.StartsWith('-') ? Option(known.Name) : Argument(known.Name))
        .FirstOrDefault(name => name is not null);

    private string? Option(string name) => command.Options.FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name))?.Name;

    private string? Argument(string name) => command.Arguments.FirstOrDefault(argument => argument.Name == name)?.Name;

    [GeneratedRegex(@"^[a-z_]+(\[[0-9]+\])?(\.[a-z_]+(\[[0-9]+\])?)*$", RegexOptions.CultureInvariant)]
    private static partial Regex Path();

    [GeneratedRegex(@"\[[0-9]+\]", RegexOptions.CultureInvariant)]
    private static partial Regex Index();

    /// <summary>A word with an underscore, or one that a text asks to set; nothing within a longer name.</summary>
    [GeneratedRegex(@"(?<=\bset )[a-z]+(?![-\w./@])|(?<![-\w./@])[a-z]+(?:_[a-z]+)+(?![-\w/@])", RegexOptions.CultureInvariant)]
    private static partial Regex FieldWord();
}
