using System.Globalization;
using CoLA.Core.Data;

namespace CoLA.Models.Skills;

/// <summary>
/// All skills: those that models/cola-tiny was trained on, and those that it has never seen, neither their name nor what
/// they do. A change to a trained skill calls for a new training of the model (tools/TinyModel).
/// </summary>
public static class SkillBook
{
    public static IReadOnlyList<Skill> Trained { get; } =
    [
        OfWord("copy", word => word),
        OfWord("reverse", Reversed),
        OfWord("sort", word => new string([.. word.Order()])),
        OfWord("first", word => word[..1]),
        OfWord("last", word => word[^1..]),
        OfWord("upper", word => word.ToUpperInvariant()),
        new("lower", random => Line(random.Word(), word => word.ToUpperInvariant(), word => word)),
        OfWord("length", word => Text(word.Length)),
        new("vowels", random => Line(random.SpokenWord(), word => new string([.. word.Where(Draws.IsVowel)]))),
        OfWord("double", word => string.Concat(word.Select(letter => new string(letter, 2)))),
        OfWord("repeat", word => word + word),
        OfWord("next", word => new string([.. word.Select(letter => (char)('a' + (letter - 'a' + 1) % 26))])),
        OfWord("rotate", word => word[1..] + word[0]),
        OfWord("exchange", word => word[^1] + word[1..^1] + word[0]),
        OfWord("behead", word => word[1..]),
        OfWord("curtail", word => word[..^1]),
        OfWord("largest", word => Text(word.Max())),
        OfWord("oddplaces", word => new string([.. word.Where((_, index) => index % 2 == 0)])),
        OfWord("spell", word => string.Join('-', word.AsEnumerable())),
        OfWord("mirror", word => word + Reversed(word)),
        new("palindrome", Palindrome),
        new("has", random => Chosen(random, random.Word(), (word, letter) => word.Contains(letter, StringComparison.Ordinal) ? "yes" : "no", halfInside: true)),
        new("place", random => Place(random.DistinctLetters(random.Between(3, 6)), random)),
        new("nth", random => Nth(random.Word(), random)),
        new("count", random => Chosen(random, random.WordOfFew(2), (word, letter) => Text(word.Count(other => other == letter)))),
        new("remove", random => Chosen(random, random.WordOfFew(3), (word, letter) => word.Replace(Text(letter), "", StringComparison.Ordinal))),
        new("replace", Replace),
        new("join", random => OfTwo(random.Word(2, 4), random.Word(2, 4), (first, second) => first + second)),
        new("swap", random => OfTwo(random.Word(2, 4), random.Word(2, 4), (first, second) => $"{second} {first}")),
        new("longer", Longer),
        new("kind", Kind),
        new("lookup", random => LookUp(random, byLetter: true)),
        new("keyof", random => LookUp(random, byLetter: false)),
        new("add", random => OfNumbers(random.Below(50), random.Below(50), (x, y) => Text(x + y))),
        new("subtract", random => OfNumbers(random.Between(20, 60), random.Below(20), (x, y) => Text(x - y))),
        new("larger", random => OfNumbers(random.Below(100), random.Below(100), (x, y) => Text(Math.Max(x, y)))),
        new("compare", random => OfNumbers(random.Below(100), random.Below(100), (x, y) => x < y ? "less" : x > y ? "more" : "same")),
        new("parity", random => OfNumber(random.Below(1000), x => x % 2 == 0 ? "even" : "odd")),
        new("successor", random => OfNumber(random.Below(200), x => Text(x + 1))),
    ];

    public static IReadOnlyList<Skill> HeldOut { get; } =
    [
        OfWord("ends", word => Text(word[0]) + word[^1]),
        OfWord("inner", word => word[1..^1]),
        OfWord("capital", word => char.ToUpperInvariant(word[0]) + word[1..]),
        OfWord("evenplaces", word => new string([.. word.Where((_, index) => index % 2 == 1)])),
        new("consonants", random => Line(random.SpokenWord(), word => new string([.. word.Where(letter => !Draws.IsVowel(letter))]))),
        OfWord("triple", word => string.Concat(word.Select(letter => new string(letter, 3)))),
        OfWord("second", word => word[1..2]),
        OfWord("commas", word => string.Join(',', word.AsEnumerable())),
        OfWord("shout", word => word.ToUpperInvariant() + "!"),
        OfWord("turnback", word => word[^1] + word[..^1]),
        OfWord("echo", word => $"{word} {word}"),
        OfWord("backwards", word => Reversed(word).ToUpperInvariant()),
    ];

    private static Skill OfWord(string name, Func<string, string> answer) => new(name, random => Line(random.Word(), answer));

    private static SkillLine Line(string word, Func<string, string> answer) => new(word, answer(word));

    private static SkillLine Line(string word, Func<string, string> argument, Func<string, string> answer) => new(argument(word), answer(word));

    private static SkillLine OfTwo(string first, string second, Func<string, string, string> answer) =>
        new($"{first} {second}", answer(first, second));

    private static SkillLine OfNumber(int x, Func<int, string> answer) => new(Text(x), answer(x));

    private static SkillLine OfNumbers(int x, int y, Func<int, int, string> answer) => new($"{Text(x)} {Text(y)}", answer(x, y));

    /// <summary>A word and one of its letters (or, half the time where <paramref name="halfInside"/> is set, any letter).</summary>
    private static SkillLine Chosen(SplitMix64 random, string word, Func<string, char, string> answer, bool halfInside = false)
    {
        var letter = halfInside && random.Below(2) == 0 ? random.Letter() : word[random.Below(word.Length)];
        return new SkillLine($"{word} {letter}", answer(word, letter));
    }

    private static SkillLine Palindrome(SplitMix64 random)
    {
        var half = random.Word(2, 3);
        var word = random.Below(2) == 0 ? half + Reversed(half) : half + random.Word(half.Length, half.Length);
        return new SkillLine(word, word == Reversed(word) ? "yes" : "no");
    }

    private static SkillLine Place(char[] letters, SplitMix64 random)
    {
        var place = random.Below(letters.Length);
        return new SkillLine($"{new string(letters)} {letters[place]}", Text(place + 1));
    }

    private static SkillLine Nth(string word, SplitMix64 random)
    {
        var place = random.Below(word.Length);
        return new SkillLine($"{word} {Text(place + 1)}", Text(word[place]));
    }

    private static SkillLine Replace(SplitMix64 random)
    {
        var other = random.Letter();
        var line = Chosen(random, random.WordOfFew(3), (word, letter) => word.Replace(letter, other));
        return line with { Argument = $"{line.Argument} {other}" };
    }

    private static SkillLine Longer(SplitMix64 random)
    {
        var (shorter, longer) = (random.Word(2, 3), random.Word(4, 6));
        return new SkillLine(random.Below(2) == 0 ? $"{shorter} {longer}" : $"{longer} {shorter}", longer);
    }

    private static SkillLine Kind(SplitMix64 random)
    {
        var word = random.Word(3, 5);
        var digits = new string([.. word.Select(_ => (char)('0' + random.Below(10)))]);
        return random.Below(3) switch
        {
            0 => new SkillLine(word, "word"),
            1 => new SkillLine(digits, "number"),
            _ => new SkillLine(new string([.. word.Select((letter, index) => index % 2 == 0 ? letter : digits[index])]), "mixed"),
        };
    }

    private static SkillLine LookUp(SplitMix64 random, bool byLetter)
    {
        var count = random.Between(2, 4);
        var (letters, digits) = (random.DistinctLetters(count), random.DistinctDigits(count));
        var asked = random.Below(count);
        var pairs = string.Join(' ', letters.Zip(digits, (letter, digit) => $"{letter}{digit}"));
        return byLetter
            ? new SkillLine($"{pairs} {letters[asked]}", Text(digits[asked]))
            : new SkillLine($"{pairs} {digits[asked]}", Text(letters[asked]));
    }

    private static string Reversed(string word) => new([.. word.Reverse()]);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(char letter) => letter.ToString();
}
