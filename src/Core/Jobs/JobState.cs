namespace CoLA.Core.Jobs;

/// <summary>Where a job is.</summary>
public enum JobState
{
    /// <summary>Waits for its turn.</summary>
    Queued,

    Running,

    /// <summary>Its training is over; it is not cancelled any more.</summary>
    Publishing,

    Succeeded,

    Failed,

    Cancelled,
}
