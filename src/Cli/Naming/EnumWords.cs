using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;

namespace CoLA.Cli.Naming;

/// <summary>Values of the contract's enums as words of a command line: <c>HeuristicBalanced</c> is <c>heuristic-balanced</c>.</summary>
internal static partial class EnumWords
{
    /// <summary>Every value but the unspecified one.</summary>
    public static IReadOnlyList<string> All<T>()
        where T : struct, Enum =>
        [.. Enum.GetValues<T>().Where(value => Convert.ToInt32(value, CultureInfo.InvariantCulture) != 0).Select(Of)];

    public static string Of<T>(T value)
        where T : struct, Enum =>
        WordStart().Replace(value.ToString(), "-").ToLowerInvariant();

    public static bool TryParse<T>(string word, out T value)
        where T : struct, Enum
    {
        var found = Enum.GetValues<T>().Where(known => string.Equals(Of(known), word.Replace('_', '-'), StringComparison.OrdinalIgnoreCase)).ToArray();
        value = found.FirstOrDefault();
        return found.Length == 1 && Convert.ToInt32(value, CultureInfo.InvariantCulture) != 0;
    }

    /// <summary>An option that takes one of the words.</summary>
    public static Option<T?> Option<T>(string name, string description)
        where T : struct, Enum =>
        new(name)
        {
            Description = $"{description}: {string.Join(", ", All<T>())}",
            HelpName = typeof(T).Name.ToUpperInvariant(),
            CustomParser = result => Parsed<T>(name, result.Tokens[0].Value, result),
        };

    /// <summary>An option that takes one or more of the words.</summary>
    public static Option<T[]> Options<T>(string name, string description)
        where T : struct, Enum =>
        new(name)
        {
            Description = $"{description}: one or more of {string.Join(", ", All<T>())}",
            HelpName = $"{typeof(T).Name.ToUpperInvariant()} ...",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
            CustomParser = result => [.. result.Tokens.Select(token => Parsed<T>(name, token.Value, result)).OfType<T>()],
        };

    private static T? Parsed<T>(string name, string word, ArgumentResult result)
        where T : struct, Enum
    {
        if (TryParse<T>(word, out var value))
        {
            return value;
        }

        result.AddError($"'{word}' is not a value of {name}; choose {string.Join(", ", All<T>())}");
        return null;
    }

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])", RegexOptions.CultureInvariant)]
    private static partial Regex WordStart();
}
