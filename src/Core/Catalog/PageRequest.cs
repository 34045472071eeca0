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

    /// <exception cref="InvalidArgumentRejection">The size is negative.</exception>
    internal int CheckedSize => Size switch
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

    /// <summary>As <see cref="After"/>, of versions, which are listed newest first.</summary>
    internal int BeforeNumber() => After() switch
    {
        "" => int.MaxValue,
        var key when int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw NotAToken(),
    };

    /// <summary>The page of the rows, of which one more than the page's size was read.</summary>
    internal Page<T> Cut<TRow, T>(IReadOnlyList<TRow> rows, Func<TRow, string> keyOf, Func<TRow, T> snapshotOf)
    {
        var size = CheckedSize;
        return new Page<T>(
            [.. rows.Take(size).Select(snapshotOf)],
            rows.Count > size ? Base64Url.EncodeToString(Encoding.UTF8.GetBytes(keyOf(rows[size - 1]))) : null);
    }

    private static InvalidArgumentRejection NotAToken() =>
        new("page_token", "is not a token of this list; pass the last page's token unchanged, or none");
}
