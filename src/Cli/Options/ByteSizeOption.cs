using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using CoLA.Cli.Rendering;

namespace CoLA.Cli.Options;

/// <summary>A number of bytes, plain or with a unit: <c>1048576</c>, <c>512MiB</c>, <c>1.5GiB</c>. Null where it is not given.</summary>
internal sealed partial class ByteSizeOption : Option<long?>
{
    private const double Step = 1024;
    private const string Units = "KMGT";

    public ByteSizeOption(string name, string description, long standard)
        : base(name)
    {
        Description = $"{description}: bytes, or with KiB, MiB, GiB or TiB [default: {Sizes.Bytes(standard)}]";
        HelpName = "SIZE";
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            if (Read(text) is { } bytes)
            {
                return bytes;
            }

            result.AddError($"{name} is a number of bytes or a size like 512MiB or 2GiB, not '{text}'");
            return null;
        };
    }

    private static long? Read(string text)
    {
        var match = Size().Match(text);
        if (!match.Success || !double.TryParse(match.Groups[1].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        var unit = match.Groups[2].Value;
        var bytes = number * Math.Pow(Step, unit.Length == 0 ? 0 : Units.IndexOf(char.ToUpperInvariant(unit[0]), StringComparison.Ordinal) + 1);
        return bytes < long.MaxValue ? (long)bytes : null;
    }

    [GeneratedRegex("^([0-9]+(?:[.][0-9]+)?) ?(?:([KMGT])iB|B)?$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Size();
}
