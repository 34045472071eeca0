using System.Diagnostics;

namespace CoLA.Core.Telemetry;

/// <summary>
/// Times of a row's phases, as <see cref="Stopwatch.GetTimestamp"/>; 0 for a phase that has not started. The engine's thread
/// writes them; others read them after the row's last event.
/// </summary>
internal sealed class RowTiming
{
    /// <summary>When the row arrived.</summary>
    public long Submitted { get; } = Stopwatch.GetTimestamp();

    /// <summary>When the row first started to run.</summary>
    public long Admitted { get; private set; }

    public long FirstToken { get; private set; }

    public long LastToken { get; private set; }

    /// <summary>Records that the row starts to run. A preempted row keeps the time of its first start.</summary>
    public void Admit() => Admitted = Admitted == 0 ? Stopwatch.GetTimestamp() : Admitted;

    /// <summary>Records that the row has generated a token.</summary>
    public void Token()
    {
        LastToken = Stopwatch.GetTimestamp();
        FirstToken = FirstToken == 0 ? LastToken : FirstToken;
    }
}
