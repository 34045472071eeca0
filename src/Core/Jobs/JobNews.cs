namespace CoLA.Core.Jobs;

/// <summary>What a watcher of a job hears; one of the two.</summary>
/// <param name="Number">Of the event, from 1; of the last event before it where the job itself is told.</param>
/// <param name="Job">The job as it stands: first, whenever its state changes, and, ended, last.</param>
/// <param name="Event">A step or an evaluation.</param>
public sealed record JobNews(long Number, JobSnapshot? Job, JobEvent? Event);
