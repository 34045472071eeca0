using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;

namespace CoLA.Core.Catalog.Tasks;

/// <summary>How a task's heads begin on a pool version.</summary>
internal static class InitialHeads
{
    /// <summary>
    /// PISSA and PISSA_SLICES heads are made only on pool version 1, where the subtracted product is a constant for the
    /// task's whole life. On a pool that has moved, heads begin at zero and nothing is subtracted.
    /// </summary>
    public static bool AreSubtracted(PoolSpec pool, int poolVersion) => pool.Initialisation != Initialisation.Gaussian && poolVersion == 1;

    /// <summary>What an owner should know about the choice.</summary>
    public static IReadOnlyList<string> Notes(PoolSpec pool, TaskSpec task, int poolVersion)
    {
        var notes = PoolNotes(pool);
        if (pool.Initialisation != Initialisation.Gaussian && poolVersion > 1)
        {
            notes.Add($"the task begins on pool version {poolVersion} with zero heads; those of the initialisation are made on version 1 only");
        }

        if (task is { Strategy: Strategy.Colora, N: 1 } && poolVersion == 1)
        {
            notes.Add("the pool's head is zero on version 1: until a session with a trainable pool has moved it, cores have no gradient");
        }

        return notes;
    }

    /// <summary>What is worth knowing of the pool, however a task's heads begin.</summary>
    public static List<string> PoolNotes(PoolSpec pool) => pool.Initialisation == Initialisation.Pissa && pool.M > 1
        ?
        [
            $"PISSA with M = {pool.M} has in practice rank r = {pool.Rank}, because identical copies are not told apart by training; "
            + $"for rank M r = {pool.M * pool.Rank} use a pool with PISSA_SLICES or GAUSSIAN",
        ]
        : [];
}
