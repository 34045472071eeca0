namespace CoLA.Core.Jobs;

/// <summary>The stages of a job.</summary>
public enum JobState
{
    /// <summary>The job waits for its turn.</summary>
    Queued,

    Running,

    /// <summary>The training is over; the job can no longer be cancelled.</summary>
    Publishing,

    Succeeded,

    Failed,

    Cancelled,
}
