using System.Buffers.Text;
using System.Globalization;
using System.Text;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog;

/// <summary>Which part of a long list.</summary>
/// <param name="Size">At most this many items; 0 for 100; above 1000 is taken as 1000.</param>
/// <param name="Token">The token of the page before; null or empty for the first page.</param>
public sealed record PageRequest(int Size = 0, string? Token = null)
{
    public const int DefaultSize = 100;
    public const int MaximumSize = 1000;

    /// <summary>How many rows to read: one more than the page holds, which tells whether another page follows.</summary>
    /// <exception cref="InvalidArgumentRejection">The size is negative.</exception>
    internal int Limit => CheckedSize + 1;

    private int CheckedSize => Size switch
    {
        < 0 => throw new InvalidArgumentRejection("page_size", $"{Size} is negative"),
        0 => DefaultSize,
        > MaximumSize => MaximumSize,
        _ => Size,
    };

    /// <summary>The key of the last item of the page before; empty for the first page.</summary>
    /// <exception cref="InvalidArgumentRejection">No list gave this token.</exception>
    internal string After()
    {
        if (string.IsNullOrEmpty(Token))
        {
            return "";
        }

        try
        {
            return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(Token));
        }
        catch (FormatException)
        {
            throw NotAToken();
        }
    }

    /// <summary>As <see cref="After"/>, where the key is a number and the list begins with the greatest.</summary>
    internal long Before() => After() switch
    {
        "" => long.MaxValue,
        var key when long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw NotAToken(),
    };

    /// <summary>As <see cref="Before"/>, of version numbers.</summary>
    internal int BeforeVersion() => (int)Math.Min(Before(), int.MaxValue);

    /// <summary>The page of the rows, of which <see cref="Limit"/> were read.</summary>
    internal Page<T> Cut<TRow, T>(IReadOnlyList<TRow> rows, Func<TRow, string> keyOf, Func<TRow, T> snapshotOf) =>
        new([.. rows.Take(CheckedSize).Select(snapshotOf)], NextToken(rows, keyOf));

    /// <summary>As <see cref="Cut"/>, where a snapshot needs more rows than its own.</summary>
    internal async ValueTask<Page<T>> CutAsync<TRow, T>(IReadOnlyList<TRow> rows, Func<TRow, string> keyOf, Func<TRow, ValueTask<T>> snapshotOf)
    {
        var items = new List<T>();
        foreach (var row in rows.Take(CheckedSize))
        {
            items.Add(await snapshotOf(row).ConfigureAwait(false));
        }

        return new Page<T>(items, NextToken(rows, keyOf));
    }

    private string? NextToken<TRow>(IReadOnlyList<TRow> rows, Func<TRow, string> keyOf) =>
        rows.Count > CheckedSize ? Base64Url.EncodeToString(Encoding.UTF8.GetBytes(keyOf(rows[CheckedSize - 1]))) : null;

    private static InvalidArgumentRejection NotAToken() =>
        new("page_token", "is not a token of this list; pass the last page's token unchanged, or none");
}
