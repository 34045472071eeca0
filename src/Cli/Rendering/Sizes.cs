using System.Globalization;

namespace CoLA.Cli.Rendering;

/// <summary>Numbers as people read them.</summary>
internal static class Sizes
{
    private const double Step = 1024;
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary><c>1.5 MiB</c></summary>
    public static string Bytes(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        while (value >= Step && unit < Units.Length - 1)
        {
            value /= Step;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture)} {Units[unit]}");
    }

    /// <summary><c>134,515,008</c></summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary><c>3:07</c>, or <c>1:02:03</c> from an hour on.</summary>
    public static string Duration(TimeSpan time) => time.ToString(time.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture);
}
