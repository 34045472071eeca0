namespace CoLA.Core.Registry;

/// <summary>
/// One run of a transaction: its reads see its own writes. Writes are noted and return at once; the commit stores them.
/// Nothing is deleted implicitly: who deletes a row first deletes the rows that belong to it.
/// </summary>
internal interface IRegistryTransaction : IRegistryReader
{
    /// <summary>The files that rows named and that this run let go of; other rows may still name them.</summary>
    IReadOnlyList<string> LetGo { get; }

    /// <summary>
    /// A number that no row has had as its key, in any table, and that is larger than all given out before. A run that is
    /// not committed may use numbers up.
    /// </summary>
    ValueTask<long> NewKeyAsync();

    /// <summary>Stores a row, in place of the one with the same key.</summary>
    void Put(RegistryRow row);

    /// <summary>Deletes the row with that key. Does nothing where there is none.</summary>
    void Delete(RegistryRow row);

    /// <summary>Deletes the events of a job whose number is greater than <paramref name="after"/>.</summary>
    void DeleteJobEvents(long job, long after);

    /// <summary>Notes a file that a row named until now.</summary>
    /// <param name="sha256">Null notes nothing.</param>
    void LetGoOf(string? sha256);
}
