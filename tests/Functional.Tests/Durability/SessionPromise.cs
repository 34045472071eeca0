namespace CoLA.Functional.Tests.Durability;

/// <summary>What is known of an open session.</summary>
/// <param name="name"><c>sessions/SESSION</c></param>
/// <param name="task">Its only task.</param>
internal sealed class SessionPromise(string name, string task)
{
    public string Name { get; } = name;

    public string Task { get; } = task;

    /// <summary>Where the session stands in memory.</summary>
    public required SessionPoint Live { get; set; }

    /// <summary>Where a restart puts it: its last acknowledged state, or its opening.</summary>
    public required SessionPoint Saved { get; set; }
}
