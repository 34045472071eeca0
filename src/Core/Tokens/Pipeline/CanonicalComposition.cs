using System.Globalization;
using System.Text;

namespace CoLA.Core.Tokens.Pipeline;

/// <summary>
/// Unicode normalization form C (Unicode Standard Annex 15). The runtime's implementation needs the ICU library, which a machine
/// with only the SDK does not have; without it <see cref="string.Normalize()"/> returns its input unchanged.
/// </summary>
internal sealed class CanonicalComposition : ITextNormalizer
{
    private const int HangulSyllables = 0xAC00, LeadingJamo = 0x1100, VowelJamo = 0x1161, TrailingJamo = 0x11A7;
    private const int VowelCount = 21, TrailingCount = 28, SyllableCount = 19 * VowelCount * TrailingCount;

    /// <summary>Characters below it are not combining marks and have the same form after normalization.</summary>
    private const char FirstCombining = '\u0300';

    private static readonly Lazy<CanonicalComposition> Loaded = new(() => new CanonicalComposition());

    private readonly Dictionary<int, (int First, int Second)> _decompositions = [];
    private readonly Dictionary<(int First, int Second), int> _compositions = [];
    private readonly Dictionary<int, int> _classes = [];

    private CanonicalComposition()
    {
        using var stream = typeof(CanonicalComposition).Assembly.GetManifestResourceStream("CanonicalComposition.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split(' ');
            switch (fields[0])
            {
                case "D" or "X":
                    var pair = (First: Hex(fields[2]), Second: fields.Length > 3 ? Hex(fields[3]) : 0);
                    _decompositions.Add(Hex(fields[1]), pair);
                    if (fields[0] == "D")
                    {
                        _compositions.Add(pair, Hex(fields[1]));
                    }

                    break;
                case "C":
                    for (var code = Hex(fields[1]); code <= Hex(fields[2]); code++)
                    {
                        _classes.Add(code, int.Parse(fields[3], CultureInfo.InvariantCulture));
                    }

                    break;
            }
        }
    }

    /// <summary>The only instance; its tables are loaded at first use.</summary>
    public static CanonicalComposition Instance => Loaded.Value;

    public string Apply(string text, TextPosition position)
    {
        if (text.AsSpan().IndexOfAnyInRange(FirstCombining, char.MaxValue) < 0)
        {
            return text;
        }

        var codes = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, codes);
        }

        Order(codes);
        Compose(codes);
        var composed = new StringBuilder(codes.Count);
        foreach (var code in codes)
        {
            composed.Append(new Rune(code));
        }

        return composed.ToString();
    }

    private static int Hex(string digits) => int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private int ClassOf(int code) => code < FirstCombining ? 0 : _classes.GetValueOrDefault(code);

    private void Decompose(int code, List<int> codes)
    {
        if (code is >= HangulSyllables and < HangulSyllables + SyllableCount)
        {
            var syllable = code - HangulSyllables;
            codes.Add(LeadingJamo + (syllable / (VowelCount * TrailingCount)));
            codes.Add(VowelJamo + (syllable / TrailingCount % VowelCount));
            if (syllable % TrailingCount > 0)
            {
                codes.Add(TrailingJamo + (syllable % TrailingCount));
            }
        }
        else if (_decompositions.TryGetValue(code, out var pair))
        {
            Decompose(pair.First, codes);
            if (pair.Second > 0)
            {
                Decompose(pair.Second, codes);
            }
        }
        else
        {
            codes.Add(code);
        }
    }

    /// <summary>Sorts each run of combining marks by combining class; marks of the same class keep their order.</summary>
    private void Order(List<int> codes)
    {
        for (var start = 0; start < codes.Count; start++)
        {
            var end = start;
            while (end < codes.Count && ClassOf(codes[end]) > 0)
            {
                end++;
            }

            if (end - start > 1)
            {
                var ordered = codes.GetRange(start, end - start).OrderBy(ClassOf).ToList();
                for (var i = 0; i < ordered.Count; i++)
                {
                    codes[start + i] = ordered[i];
                }
            }

            start = Math.Max(start, end);
        }
    }

    private void Compose(List<int> codes)
    {
        var written = 0;
        var starter = -1;
        var lastClass = 0;
        for (var i = 0; i < codes.Count; i++)
        {
            var code = codes[i];
            var codeClass = ClassOf(code);

            // A mark of the same or a higher class between the starter and this mark blocks it.
            var free = starter >= 0 && (starter == written - 1 || (lastClass < codeClass && lastClass != 0));
            if (free && TryCompose(codes[starter], code, out var composed))
            {
                codes[starter] = composed;
                continue;
            }

            if (codeClass == 0)
            {
                starter = written;
            }

            lastClass = codeClass;
            codes[written++] = code;
        }

        codes.RemoveRange(written, codes.Count - written);
    }

    private bool TryCompose(int first, int second, out int composed)
    {
        var (leading, vowel) = (first - LeadingJamo, second - VowelJamo);
        if (leading is >= 0 and < SyllableCount / (VowelCount * TrailingCount) && vowel is >= 0 and < VowelCount)
        {
            composed = HangulSyllables + (((leading * VowelCount) + vowel) * TrailingCount);
            return true;
        }

        var (syllable, trailing) = (first - HangulSyllables, second - TrailingJamo);
        if (syllable is >= 0 and < SyllableCount && syllable % TrailingCount == 0 && trailing is > 0 and < TrailingCount)
        {
            composed = first + trailing;
            return true;
        }

        return _compositions.TryGetValue((first, second), out composed);
    }
}
