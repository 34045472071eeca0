namespace CoLA.Core.Tokens.Pipeline;

/// <summary>Chooses who merges: the library where it can, our own model for what it lacks.</summary>
internal static class BytePairModels
{
    public static IWordModel Create(
        IReadOnlyDictionary<string, int> vocabulary,
        IReadOnlyList<(string First, string Second)> merges,
        BytePairOptions options) =>
        options is { ByteLevel: true, IgnoreMerges: false, ByteFallback: false, UnknownToken: null }
            ? new LibraryBytePairModel(vocabulary, merges.Distinct().Select(merge => $"{merge.First} {merge.Second}"))
            : new BytePairModel(vocabulary, MergeTable.FromPairs(vocabulary, merges), options);
}
