using CoLA.Core.Data;
using CoLA.Core.Data.Examples;

namespace CoLA.Models.Skills;

/// <summary>
/// A small thing that cola-tiny can be taught, written as one line: <c>sort: xzhsd = dhsxz</c>. The prompt is
/// <c>sort: xzhsd =</c>, the completion <c> dhsxz</c>.
/// </summary>
public sealed class Skill
{
    private readonly Func<SplitMix64, SkillLine> _draw;

    internal Skill(string name, Func<SplitMix64, SkillLine> draw)
    {
        Name = name;
        _draw = draw;
    }

    public string Name { get; }

    /// <summary>One more example, by the next numbers of <paramref name="random"/>.</summary>
    public CompletionExample Draw(SplitMix64 random)
    {
        var line = _draw(random);
        return new CompletionExample($"{Name}: {line.Argument} =", $" {line.Answer}");
    }

    /// <summary>
    /// <paramref name="count"/> examples with different prompts, the same ones for the same seed, judged by greedy exact
    /// match: a data set named after the skill.
    /// </summary>
    public DataSet DataSet(int count, ulong seed)
    {
        var random = SplitMix64.For(seed, Name);
        var prompts = new HashSet<string>(StringComparer.Ordinal);
        var items = new List<DataItem>(count);
        for (var draws = 0; items.Count < count; draws++)
        {
            if (draws > 100 * count + 1000)
            {
                throw new ArgumentOutOfRangeException(nameof(count), count, $"{Name} does not have that many different examples");
            }

            var example = Draw(random);
            if (prompts.Add(example.Prompt))
            {
                items.Add(new DataItem(example, new ExactMatch(example.Completion), Name));
            }
        }

        return new DataSet(Name, items);
    }
}
