using CoLA.Core.Data;
using CoLA.Core.Data.Examples;
using CoLA.Core.Rejections;
using Xunit;

namespace CoLA.Core.Tests.Data;

public sealed class FewShotTests
{
    private static readonly DataItem[] Training =
        [.. Enumerable.Range(0, 5).Select(i => new DataItem(new CompletionExample($"Q: {i}\nA:", $" {i}"), null, "d"))];

    private static readonly DataItem Asked = new(new CompletionExample("Q: x\nA:", " y"), new ExactMatch(" y"), "d");

    [Fact]
    public void Before_TwoShots_PutsSolvedExamplesWithABlankLineAfterEach()
    {
        var item = new FewShot(Training, 2, 1).Before(Asked);

        var example = Assert.IsType<CompletionExample>(item.Example);
        Assert.Matches("^(Q: ([0-4])\nA: \\2\n\n){2}Q: x\nA:$", example.Prompt);
        Assert.Equal(" y", example.Completion);
        Assert.Equal(Asked.Judgement, item.Judgement);
        Assert.Equal(item.Example, new FewShot(Training, 2, 1).Before(Asked).Example);
    }

    [Fact]
    public void Before_NoShots_IsTheItem() => Assert.Equal(Asked, new FewShot(Training, 0, 1).Before(Asked));

    [Fact]
    public void Before_TheItemIsAShotItself_IsNotShownItsAnswer()
    {
        var shots = new FewShot(Training, 4, 1);

        foreach (var item in Training)
        {
            var prompt = Assert.IsType<CompletionExample>(shots.Before(item).Example).Prompt;
            Assert.Equal(5, prompt.Split("Q: ").Length - 1);
            Assert.Equal(5, prompt.Split("Q: ").Distinct().Count() - 1);
        }
    }

    [Fact]
    public void FewShot_MoreShotsThanItems_IsRefused() =>
        Assert.Contains("0..5", Assert.Throws<InvalidArgumentRejection>(() => new FewShot(Training, 6, 1)).Message, StringComparison.Ordinal);

    [Fact]
    public void Before_Conversation_IsRefused() =>
        Assert.Throws<InvalidArgumentRejection>(() => new FewShot(Training, 1, 1).Before(new DataItem(new ChatExample([]), null, "d")));
}
