namespace CoLA.Core.Tokens.Pipeline;

/// <summary>Chooses who merges: the library where it can, our own model for what it lacks.</summary>
internal static class BytePairModels
{
    /// <exception cref="KeyNotFoundException">A merge names a token that is not in the vocabulary.</exception>
    public static IWordModel Create(
        IReadOnlyDictionary<string, int> vocabulary,
        IReadOnlyList<(string First, string Second)> merges,
        BytePairOptions options)
    {
        var own = new BytePairModel(vocabulary, MergeTable.FromPairs(vocabulary, merges), options);
        return options is { ByteLevel: true, IgnoreMerges: false, ByteFallback: false, UnknownToken: null }
            ? new LibraryBytePairModel(vocabulary, merges.Distinct(), own)
            : own;
    }
}
