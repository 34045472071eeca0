using System.Globalization;

namespace CoLA.Cli.Rendering;

/// <summary>Numbers as people read them.</summary>
internal static class Sizes
{
    private const double Step = 1024;
    private const double MillisecondsPerSecond = 1000;

    /// <summary>From here on, what is behind the point is noise.</summary>
    private const double Large = 100;

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

    /// <summary><c>3:07</c>, <c>1:02:03</c> from an hour on, <c>2d 1:02:03</c> from a day on.</summary>
    public static string Duration(TimeSpan time) =>
        time.ToString(time.TotalDays >= 1 ? @"d\d\ h\:mm\:ss" : time.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture);

    /// <summary><c>0.41 ms</c>, <c>12.3 ms</c>, <c>250 ms</c>, <c>1.25 s</c></summary>
    public static string Latency(double seconds) => (seconds * MillisecondsPerSecond) switch
    {
        >= MillisecondsPerSecond => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.##} s"),
        >= Large and var milliseconds => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0} ms"),
        >= 1 and var milliseconds => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.0} ms"),
        var milliseconds => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.00} ms"),
    };

    /// <summary><c>0.5</c>, <c>99.3</c>, <c>1,204</c></summary>
    public static string Rate(double perSecond) => perSecond.ToString(perSecond >= Large ? "N0" : "0.0", CultureInfo.InvariantCulture);
}
