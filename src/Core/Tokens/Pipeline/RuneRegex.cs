using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace CoLA.Core.Tokens.Pipeline;

/// <summary>
/// A regular expression that treats a character beyond U+FFFF as one character with its own category. .NET's regular expressions
/// treat it as two surrogates without a category: \p{L} would not match 𝒳 or a rare Chinese character, and the ids would differ.
/// </summary>
internal sealed class RuneRegex
{
    private readonly Regex _regex;

    /// <exception cref="ArgumentException">The pattern has a construct that .NET does not support or interprets differently from Oniguruma.</exception>
    public RuneRegex(string pattern)
    {
        if (Difference(pattern) is { } difference)
        {
            throw new ArgumentException($"the pattern uses {difference}");
        }

        _regex = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.Compiled);
    }

    /// <summary>The matches in a text, from their first character to one past their last.</summary>
    public IEnumerable<(int Start, int End)> Matches(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            for (var match = _regex.Match(text); match.Success; match = match.NextMatch())
            {
                yield return (match.Index, match.Index + match.Length);
            }

            yield break;
        }

        var (proxy, offsets) = WithoutSurrogates(text);
        for (var match = _regex.Match(proxy); match.Success; match = match.NextMatch())
        {
            yield return (offsets[match.Index], offsets[match.Index + match.Length]);
        }
    }

    /// <summary>
    /// A construct that Oniguruma and .NET interpret differently; null where they agree. .NET itself refuses constructs that it
    /// does not support.
    /// </summary>
    private static string? Difference(string pattern)
    {
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            if (char.IsSurrogate(pattern[i]))
            {
                return "characters beyond U+FFFF";
            }

            switch (pattern[i])
            {
                case '\\':
                    i++;
                    break;
                case '[' when inClass:
                    return "a character class inside a character class";
                case '&' when inClass && pattern[i - 1] == '&':
                    return "an intersection of character classes";
                case '[':
                    inClass = true;
                    break;
                case ']':
                    inClass = false;
                    break;
            }
        }

        return null;
    }

    /// <summary>The text with each surrogate pair replaced by one character of the same category, and the original position of each character.</summary>
    private static (string Proxy, int[] Offsets) WithoutSurrogates(string text)
    {
        var proxy = new StringBuilder(text.Length);
        var offsets = new int[text.Length + 1];
        var offset = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            offsets[proxy.Length] = offset;
            proxy.Append(rune.IsBmp ? (char)rune.Value : ProxyFor(rune));
            offset += rune.Utf16SequenceLength;
        }

        offsets[proxy.Length] = offset;
        return (proxy.ToString(), offsets);
    }

    /// <summary>A character of the same category that patterns are unlikely to contain.</summary>
    private static char ProxyFor(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter => '\u0520',
        UnicodeCategory.LowercaseLetter => '\u0521',
        UnicodeCategory.TitlecaseLetter => '\u1F88',
        UnicodeCategory.ModifierLetter => '\uA717',
        UnicodeCategory.OtherLetter => '\uA4D0',
        UnicodeCategory.NonSpacingMark => '\uA8E0',
        UnicodeCategory.SpacingCombiningMark => '\uA823',
        UnicodeCategory.EnclosingMark => '\u20E0',
        UnicodeCategory.DecimalDigitNumber => '\uA8D0',
        UnicodeCategory.LetterNumber => '\u2180',
        UnicodeCategory.OtherNumber => '\u2150',
        UnicodeCategory.ConnectorPunctuation => '\u2054',
        UnicodeCategory.DashPunctuation => '\u2E3A',
        UnicodeCategory.OpenPunctuation => '\u2E22',
        UnicodeCategory.ClosePunctuation => '\u2E23',
        UnicodeCategory.InitialQuotePunctuation => '\u2E02',
        UnicodeCategory.FinalQuotePunctuation => '\u2E03',
        UnicodeCategory.OtherPunctuation => '\uA8CE',
        UnicodeCategory.MathSymbol => '\u2A00',
        UnicodeCategory.CurrencySymbol => '\u20B0',
        UnicodeCategory.ModifierSymbol => '\uA700',
        UnicodeCategory.OtherSymbol => '\u2800',
        UnicodeCategory.Format => '\u2061',
        UnicodeCategory.PrivateUse => '\uE000',
        _ => '\u0378',
    };
}
