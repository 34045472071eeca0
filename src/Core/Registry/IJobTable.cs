namespace CoLA.Core.Registry;

/// <summary>Jobs, what they have to tell, and the replies to their own calls.</summary>
internal interface IJobTable
{
    ValueTask<JobRow?> FindAsync(string tenant, string id);

    /// <summary>A tenant's jobs with a lower key, newest first.</summary>
    ValueTask<IReadOnlyList<JobRow>> ListAsync(string tenant, long before, int limit);

    /// <summary>Jobs that are <see cref="JobRow.InWork"/>, with a greater key, oldest first.</summary>
    /// <param name="tenant">Null for those of all tenants.</param>
    /// <param name="after">Only greater keys.</param>
    /// <param name="limit">At most so many.</param>
    ValueTask<IReadOnlyList<JobRow>> ListInWorkAsync(string? tenant, long after, int limit);

    /// <summary>Events of a job with a greater number, oldest first.</summary>
    ValueTask<IReadOnlyList<JobEventRow>> ListEventsAsync(long job, long after, int limit);

    ValueTask<JobReplyRow?> FindReplyAsync(long job, string id);

    /// <summary>All replies of a job, in any order.</summary>
    ValueTask<IReadOnlyList<JobReplyRow>> ListRepliesAsync(long job);
}
