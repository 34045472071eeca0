namespace CoLA.Core.Work;

/// <summary>
/// Gives the engine its next long work. Training implements this interface, and the engine does not know what the work
/// computes. The engine calls every member on its own thread.
/// </summary>
internal interface IWorkSource
{
    /// <summary>How long the engine may sleep before it calls <see cref="Next"/> again, unless something else wakes it.</summary>
    TimeSpan MaximumSleep { get; }

    /// <summary>The next work; null if there is none to start now.</summary>
    /// <param name="beside">Whether rows are decoding now. Each unit of the work then delays their next step.</param>
    LongWork? Next(bool beside);

    /// <summary>Ends all work that is still waiting with <paramref name="why"/>. The engine calls it when it stops.</summary>
    void FailAll(Exception why);
}
