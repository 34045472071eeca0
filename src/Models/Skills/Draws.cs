using CoLA.Core.Data;

namespace CoLA.Models.Skills;

/// <summary>The arguments that skills draw: words of letters, numbers, pairs of a letter and a digit.</summary>
internal static class Draws
{
    public const string Vowels = "aeiou";
    private const string Letters = "abcdefghijklmnopqrstuvwxyz";

    public static bool IsVowel(char letter) => Vowels.Contains(letter, StringComparison.Ordinal);

    public static char Letter(this SplitMix64 random) => Letters[random.Below(Letters.Length)];

    public static string Word(this SplitMix64 random, int shortest = 3, int longest = 6)
    {
        var letters = new char[random.Between(shortest, longest)];
        for (var i = 0; i < letters.Length; i++)
        {
            letters[i] = random.Letter();
        }

        return new string(letters);
    }

    /// <summary>A word in which every other letter or so is a vowel, with at least one vowel and one consonant.</summary>
    public static string SpokenWord(this SplitMix64 random)
    {
        while (true)
        {
            var letters = random.Word().ToCharArray();
            for (var i = 0; i < letters.Length; i++)
            {
                if (random.Below(3) == 0)
                {
                    letters[i] = Vowels[random.Below(Vowels.Length)];
                }
            }

            if (letters.Any(IsVowel) && !letters.All(IsVowel))
            {
                return new string(letters);
            }
        }
    }

    /// <summary>A word of few different letters, so that some of them come more than once.</summary>
    public static string WordOfFew(this SplitMix64 random, int different)
    {
        var letters = random.DistinctLetters(different);
        return new string([.. Enumerable.Range(0, random.Between(4, 6)).Select(_ => letters[random.Below(different)])]);
    }

    public static char[] DistinctLetters(this SplitMix64 random, int count)
    {
        var letters = Letters.ToCharArray();
        random.Shuffle(letters);
        return letters[..count];
    }

    public static char[] DistinctDigits(this SplitMix64 random, int count)
    {
        var digits = "0123456789".ToCharArray();
        random.Shuffle(digits);
        return digits[..count];
    }
}
