namespace CoLA.Core.Work;

/// <summary>
/// Gives the engine its next long work. The engine does not know what the work is: training implements this, and hands
/// itself down to the engine. Every member is called on the engine's thread.
/// </summary>
internal interface IWorkSource
{
    /// <summary>How long the engine may sleep before it asks again, if nothing else wakes it.</summary>
    TimeSpan Patience { get; }

    /// <summary>The next work; null while there is none to begin.</summary>
    /// <param name="beside">Whether rows decode now: a unit of the work then runs between two of their steps.</param>
    LongWork? Next(bool beside);

    /// <summary>Fails everything that waits, because the engine stops.</summary>
    void FailAll(Exception why);
}
