namespace CoLA.Core.Tokens.Pipeline;

/// <summary>Chooses the implementation of byte-pair encoding: the library's where it has all features, otherwise our own.</summary>
internal static class BytePairModels
{
    /// <summary>A model of a vocabulary and its merges, in the order of their priority.</summary>
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
