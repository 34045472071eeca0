namespace CoLA.Core.Registry;

/// <summary>
/// Which files the rows name, by their SHA-256: of pool versions, task versions, saved states and jobs' examples. A store
/// without queries counts the names of each file as rows are put and deleted.
/// </summary>
internal interface IFileTable
{
    ValueTask<bool> ContainsAsync(string sha256);

    /// <summary>Files that a row names, each once, in order.</summary>
    ValueTask<IReadOnlyList<string>> ListAsync(string after, int limit);
}
