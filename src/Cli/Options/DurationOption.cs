using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using CoLA.Cli.Rendering;

namespace CoLA.Cli.Options;

/// <summary>
/// A length of time: <c>30s</c>, <c>15m</c>, <c>2h</c>, <c>1.5d</c>, or <c>0:15:00</c>. Null where it is not given. A bare
/// number is refused: everybody means another unit by it.
/// </summary>
internal sealed partial class DurationOption : Option<TimeSpan?>
{
    public DurationOption(string name, string description, TimeSpan standard)
        : base(name)
    {
        Description = $"{description}: 30s, 15m, 2h, 1d or h:mm:ss [default: {Sizes.Duration(standard)}]";
        HelpName = "TIME";
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            if (Read(text) is { } time)
            {
                return time;
            }

            result.AddError($"{name} is a time like 30s, 15m, 2h, 1d or 0:15:00, not '{text}'");
            return null;
        };
    }

    private static TimeSpan? Read(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParseExact(text, ["h\\:mm\\:ss", "hh\\:mm\\:ss", "d\\.hh\\:mm\\:ss"], CultureInfo.InvariantCulture, out var clock)
                ? clock
                : null;
        }

        var match = NumberAndUnit().Match(text);
        if (!match.Success || !double.TryParse(match.Groups[1].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        var unit = match.Groups[2].Value switch
        {
            "s" => TimeSpan.FromSeconds(1),
            "m" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            _ => TimeSpan.FromDays(1),
        };
        return number < TimeSpan.MaxValue / unit ? number * unit : null;
    }

    [GeneratedRegex("^([0-9]+(?:[.][0-9]+)?) ?([smhd])$", RegexOptions.CultureInvariant)]
    private static partial Regex NumberAndUnit();
}
