using CoLA.Core.Naming;

namespace CoLA.Core.Catalog;

/// <summary>Who asks for a change, and under which id: sent twice, it acts once.</summary>
/// <param name="Tenant">The caller.</param>
/// <param name="RequestId">Chosen by the caller, 1 to 128 characters; remembered for 24 hours.</param>
/// <param name="RequestHash">Hash of the whole request: the same id with another hash is another request, and refused.</param>
public sealed record Mutation(TenantId Tenant, string RequestId, byte[] RequestHash)
{
    public const int MaximumRequestIdLength = 128;

    /// <summary>The job that calls by itself; null for a client.</summary>
    internal JobName? Job { get; private init; }

    /// <summary>
    /// A call that a job makes by itself. Its ids are the job's own, apart from those of the tenant's clients, and are
    /// remembered until the job has ended and closed its session.
    /// </summary>
    /// <param name="job">The job.</param>
    /// <param name="call">Names the call within the job: the same after a restart.</param>
    internal static Mutation Of(JobName job, string call) => new(job.Tenant, call, []) { Job = job };
}
