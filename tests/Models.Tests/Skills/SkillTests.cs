using CoLA.Core.Data;
using CoLA.Core.Data.Examples;
using CoLA.Models.Skills;
using Xunit;

namespace CoLA.Models.Tests.Skills;

public sealed class SkillTests
{
    private static readonly Skill[] All = [.. SkillBook.Trained, .. SkillBook.HeldOut];

    public static TheoryData<string> Names => [.. All.Select(skill => skill.Name)];

    public static TheoryData<string> HeldOutNames => [.. SkillBook.HeldOut.Select(skill => skill.Name)];

    [Fact]
    public void SkillBook_Skills_AreManyAndNamedOnce()
    {
        Assert.True(SkillBook.Trained.Count >= 32);
        Assert.True(SkillBook.HeldOut.Count >= 12);
        Assert.Equal(All.Length, All.Select(skill => skill.Name).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void DataSet_OfASkill_IsTheSameDifferentShortLines(string name)
    {
        var skill = All.Single(skill => skill.Name == name);

        var data = skill.DataSet(80, 3);

        Assert.Equal(name, data.Name);
        var examples = data.Items.Select(item => Assert.IsType<CompletionExample>(item.Example)).ToArray();
        Assert.Equal(80, examples.Select(example => example.Prompt).Distinct().Count());
        Assert.All(data.Items, item => Assert.Equal(new ExactMatch(((CompletionExample)item.Example).Completion), item.Judgement));
        Assert.All(examples, example =>
        {
            Assert.StartsWith($"{name}: ", example.Prompt, StringComparison.Ordinal);
            Assert.EndsWith(" =", example.Prompt, StringComparison.Ordinal);
            Assert.Matches("^ [ -~]*$", example.Completion);
            Assert.InRange(example.Prompt.Length + example.Completion.Length, 8, 48);
        });
        Assert.Equal(examples, skill.DataSet(80, 3).Items.Select(item => item.Example));
        Assert.NotEqual(examples, skill.DataSet(80, 4).Items.Select(item => item.Example));
    }

    [Theory]
    [MemberData(nameof(HeldOutNames))]
    public void Draw_HeldOutSkill_AnswersAsNoOtherSkillDoes(string name)
    {
        var answers = Answers(SkillBook.HeldOut.Single(skill => skill.Name == name));
        foreach (var other in All.Where(skill => skill.Name != name))
        {
            var theirs = Answers(other);
            Assert.False(
                answers.Keys.Where(theirs.ContainsKey).ToArray() is { Length: > 3 } shared && shared.All(argument => answers[argument] == theirs[argument]),
                $"{name} answers as {other.Name} does");
        }
    }

    // By argument, for arguments that different skills share because they draw words in the same way from the same numbers.
    private static Dictionary<string, string> Answers(Skill skill)
    {
        var answers = new Dictionary<string, string>();
        for (var seed = 0UL; seed < 50; seed++)
        {
            var example = skill.Draw(new SplitMix64(seed));
            answers[example.Prompt[(skill.Name.Length + 2)..^2]] = example.Completion;
        }

        return answers;
    }
}
