namespace CoLA.Core.Training.Sessions;

/// <summary>What becomes of the versions that a publication makes.</summary>
public sealed record PublishSpec
{
    /// <summary>Switches the served version of the tasks that the caller owns or has PUBLISH on.</summary>
    public bool Serve { get; init; } = true;

    /// <summary>Makes the new pool version the current one, where the caller owns the pool.</summary>
    public bool MakeCurrent { get; init; } = true;

    /// <summary>The last accepted sequence number that the caller counts on; 0 for wherever the session stands.</summary>
    public long MinimumSequence { get; init; }
}
