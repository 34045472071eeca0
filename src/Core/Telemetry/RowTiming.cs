using System.Diagnostics;

namespace CoLA.Core.Telemetry;

/// <summary>
/// When a row did what, by <see cref="Stopwatch.GetTimestamp"/>; 0 for what has not happened. The engine's thread writes
/// it, whoever waits for the row reads it after the row's last event.
/// </summary>
internal sealed class RowTiming
{
    public long Submitted { get; } = Stopwatch.GetTimestamp();

    public long Admitted { get; private set; }

    public long FirstToken { get; private set; }

    public long LastToken { get; private set; }

    /// <summary>The row begins to run; a row that was sent back to wait keeps its first beginning.</summary>
    public void Admit() => Admitted = Admitted == 0 ? Stopwatch.GetTimestamp() : Admitted;

    /// <summary>The row has a token more.</summary>
    public void Token()
    {
        LastToken = Stopwatch.GetTimestamp();
        FirstToken = FirstToken == 0 ? LastToken : FirstToken;
    }
}
