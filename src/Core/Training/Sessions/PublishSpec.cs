namespace CoLA.Core.Training.Sessions;

/// <summary>What happens with the versions that a publication makes.</summary>
public sealed record PublishSpec
{
    /// <summary>Whether to serve the new versions of the tasks that the caller owns or has PUBLISH on.</summary>
    public bool Serve { get; init; } = true;

    /// <summary>Whether to make the new pool version the current one, where the caller owns the pool.</summary>
    public bool MakeCurrent { get; init; } = true;

    /// <summary>The last sequence number that the caller knows to be accepted; 0 to publish wherever the session stands.</summary>
    public long MinimumSequence { get; init; }
}
