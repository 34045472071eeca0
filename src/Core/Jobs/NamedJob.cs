using CoLA.Core.Naming;

namespace CoLA.Core.Jobs;

/// <summary>The stored reply to a request about a job: only the name, because the job itself changes.</summary>
internal sealed record NamedJob(JobName Name);
