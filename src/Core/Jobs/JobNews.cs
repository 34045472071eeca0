namespace CoLA.Core.Jobs;

/// <summary>What a watcher of a job receives: the job's state, or one event.</summary>
/// <param name="Number">The event's number, from 1; with a state, the number of the last event before it.</param>
/// <param name="Job">The job's state: sent first, whenever it changes, and last when the job has ended; null with an event.</param>
/// <param name="Event">A step or an evaluation; null with a state.</param>
public sealed record JobNews(long Number, JobSnapshot? Job, JobEvent? Event);
