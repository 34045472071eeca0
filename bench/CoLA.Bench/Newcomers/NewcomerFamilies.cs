using CoLA.Models.Skills;

namespace CoLA.Bench.Newcomers;

/// <summary>Families of skills that do nearly the same, under names that mean nothing.</summary>
internal static class NewcomerFamilies
{
    private const int LongestWord = 5;

    public static IReadOnlyList<IReadOnlyList<Skill>> All { get; } =
    [
        [Shift("qel", 2), Shift("dov", 3), Shift("mub", 4), Shift("zan", 5)],
        [Separated("tiq", '/'), Separated("wop", ';'), Separated("gax", '+'), Separated("hud", '_')],
        [Rotation("bim", 2), Rotation("fez", 3), Rotation("kul", -1), Rotation("vyr", -2)],
    ];

    private static Skill Shift(string name, int by) => Of(name, word => new string([.. word.Select(letter => (char)('a' + ((letter - 'a' + by) % 26)))]));

    private static Skill Separated(string name, char separator) => Of(name, word => string.Join(separator, word.AsEnumerable()));

    private static Skill Rotation(string name, int by) => Of(name, word =>
    {
        var cut = ((by % word.Length) + word.Length) % word.Length;
        return word[cut..] + word[..cut];
    });

    private static Skill Of(string name, Func<string, string> answer) => new(name, random =>
    {
        var word = random.Word(3, LongestWord);
        return new SkillLine(word, answer(word));
    });
}
