namespace CoLA.Core.Catalog;

/// <summary>Reads lists of the registry to their ends, page by page.</summary>
internal static class Paging
{
    private const int PageSize = 1000;

    /// <param name="start">Before the first key.</param>
    /// <param name="keyOf">By what the list is sorted.</param>
    /// <param name="list">Reads the rows behind a key, at most so many.</param>
    public static async ValueTask<IReadOnlyList<TRow>> AllAsync<TRow, TKey>(
        TKey start,
        Func<TRow, TKey> keyOf,
        Func<TKey, int, ValueTask<IReadOnlyList<TRow>>> list)
    {
        var all = new List<TRow>();
        IReadOnlyList<TRow> page;
        do
        {
            page = await list(all.Count == 0 ? start : keyOf(all[^1]), PageSize).ConfigureAwait(false);
            all.AddRange(page);
        }
        while (page.Count == PageSize);
        return all;
    }
}
