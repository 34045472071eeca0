using System.CommandLine;
using System.Text.RegularExpressions;
using CoLA.Cli.Naming;

namespace CoLA.Cli.Failures;

/// <summary>What is wrong with a command line that cannot be parsed, in words of the command line.</summary>
internal static partial class UsageFailure
{
    public static Failure Of(ParseResult parse, IReadOnlyList<string> args)
    {
        var command = CommandPath(parse);
        var arguments = string.Concat(parse.CommandResult.Command.Arguments.Select(argument => $" {argument.Name}"));
        var (stranger, meant) = Stranger(parse, args);
        var errors = parse.Errors.Select(error => InWords(error.Message.TrimEnd('.')));
        if (stranger is not null)
        {
            // A command that is missing is this one; words that seem too many are most likely an option's value, and what comes after it.
            errors = stranger.StartsWith('-')
                ? errors
                    .Where(error => !parse.UnmatchedTokens.Any(token => error.EndsWith($"'{token}'", StringComparison.Ordinal)))
                    .Prepend($"'{stranger}' is not an option of {command}")
                : [$"'{stranger}' is not a command of {command}"];
        }

        return new Failure(ExitCode.Usage, string.Join("; ", errors))
        {
            Cure = $"{(meant is null ? "" : $"Did you mean {meant}? ")}{(arguments.Length > 0 ? $"It is {command}{arguments}; " : "")}`{command} --help` "
                + "lists what it takes.",
        };
    }

    /// <summary>The first word that looks like an option, or stands where a command has to, and is none; and which it may have been.</summary>
    private static (string? Word, string? Meant) Stranger(ParseResult parse, IReadOnlyList<string> args)
    {
        var command = parse.CommandResult.Command;
        var options = Ancestors(command).SelectMany(ancestor => ancestor.Options.Where(option => ancestor == command || option.Recursive))
            .SelectMany(option => option.Aliases.Prepend(option.Name)).ToHashSet(StringComparer.Ordinal);
        var word = args.TakeWhile(word => word != "--")
            .Where(word => word.StartsWith("--", StringComparison.Ordinal))
            .Select(word => word.Split('=', ':')[0])
            .FirstOrDefault(word => !options.Contains(word));
        if (word is not null)
        {
            return (word, Spelling.Nearest(word, options.Where(option => option.StartsWith("--", StringComparison.Ordinal))));
        }

        word = command.Subcommands.Count > 0 && parse.UnmatchedTokens.Count > 0 ? parse.UnmatchedTokens[0] : null;
        return (word, word is null ? null : Spelling.Nearest(word, command.Subcommands.Select(subcommand => subcommand.Name)));
    }

    /// <summary>The library's message without the names of .NET types.</summary>
    private static string InWords(string message) => ExpectedType().Replace(message, match => match.Groups[1].Value switch
    {
        "Double" => ": a number is wanted",
        "UInt64" => ": a whole number of at least 0 is wanted",
        _ => ": a whole number is wanted",
    });

    [GeneratedRegex(@" as expected type '(?:System\.Nullable`1\[)?System\.(Int32|Int64|UInt64|Double)\]?'", RegexOptions.CultureInvariant)]
    private static partial Regex ExpectedType();

    private static string CommandPath(ParseResult parse) =>
        string.Join(' ', Ancestors(parse.CommandResult.Command).Reverse().Select(command => command is RootCommand ? "cola" : command.Name));

    private static IEnumerable<Command> Ancestors(Command command)
    {
        for (var ancestor = command; ancestor is not null; ancestor = ancestor.Parents.OfType<Command>().FirstOrDefault())
        {
            yield return ancestor;
        }
    }
}
