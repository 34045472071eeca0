using CoLA.Core.Naming;

namespace CoLA.Core.Jobs;

/// <summary>What is stored as the reply to a request about a job: the job itself moves on.</summary>
internal sealed record NamedJob(JobName Name);
