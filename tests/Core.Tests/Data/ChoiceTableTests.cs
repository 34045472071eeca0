using CoLA.Core.Data;
using CoLA.Core.Data.Examples;
using CoLA.Core.Rejections;
using Xunit;

namespace CoLA.Core.Tests.Data;

public sealed class ChoiceTableTests
{
    private static IReadOnlyList<DataItem> Read(string name, string content)
    {
        using var file = new WrittenFile(name, content);
        return DataSetReader.Read(file.Path).Items;
    }

    private static string Refusal(string content)
    {
        using var file = new WrittenFile("a.csv", content);
        var rejection = Assert.Throws<InvalidArgumentRejection>(() => DataSetReader.Read(file.Path));
        Assert.StartsWith(file.Path, rejection.Message, StringComparison.Ordinal);
        return rejection.Message[file.Path.Length..];
    }

    [Theory]
    [InlineData("id,question,A,B,answer,explanation\n0,Which?,this,that,B,because\n")]
    [InlineData("\uFEFFquestion,A,B,answer\r\nWhich?,this,that,B\r\n")]
    [InlineData("Which?,this,that,B")]
    public void Read_Question_AsksForTheLetter(string content)
    {
        var item = Assert.Single(Read("law_val.csv", content));

        Assert.Equal(new CompletionExample("Which?\nA. this\nB. that\nAnswer:", " B"), item.Example);
        var choice = Assert.IsType<Choice>(item.Judgement);
        Assert.Equal([" A", " B"], choice.Continuations);
        Assert.Equal(1, choice.Answer);
        Assert.Equal("law", item.Subject);
    }

    [Fact]
    public void Read_AbsentOptions_KeepTheirColumnsLetters()
    {
        var items = Read("a.csv", "question,A,B,C,D,answer\nWhich?,,this,that,nan,C\nWho?,me,you,,,A\n");

        Assert.Equal(new CompletionExample("Which?\nB. this\nC. that\nAnswer:", " C"), items[0].Example);
        var choice = Assert.IsType<Choice>(items[0].Judgement);
        Assert.Equal([" B", " C"], choice.Continuations);
        Assert.Equal(1, choice.Answer);
        Assert.Equal([" A", " B"], Assert.IsType<Choice>(items[1].Judgement).Continuations);
    }

    [Fact]
    public void Read_RepeatedOptions_StayAndTheFilesLetterIsRight()
    {
        var choice = Assert.IsType<Choice>(Read("a.csv", "question,A,B,C,answer\nWhich?,4,4,5,B\n")[0].Judgement);

        Assert.Equal(3, choice.Continuations.Count);
        Assert.Equal(1, choice.Answer);
    }

    [Fact]
    public void Read_QuotedCells_HoldCommasQuotesAndLines()
    {
        var item = Assert.Single(Read("a.csv", "question,A,B,answer\n\"Who said \"\"no, no\"\"\nand when?\",a \"b\" c,\"1, 2\",A\n"));

        Assert.Equal(new CompletionExample("Who said \"no, no\"\nand when?\nA. a \"b\" c\nB. 1, 2\nAnswer:", " A"), item.Example);
    }

    [Fact]
    public void Read_SubjectColumn_NamesTheSubject()
    {
        Assert.Equal(["law", "a"], Read("a.csv", "subject,question,A,B,answer\nlaw,Which?,1,2,A\n,Who?,1,2,A\n").Select(item => item.Subject));
    }

    [Theory]
    [InlineData("Which?,this,that,o", "answers 'o', which is not one of its options (A, B)")]
    [InlineData("Which?,this,nan,B", "answers 'B', which is not one of its options (A)")]
    [InlineData("Which?,this,that", "has 3 cells, expected 4")]
    [InlineData("Which?,this,that,A,B", "has 5 cells, expected 4")]
    [InlineData(" ,this,that,A", "has no question")]
    [InlineData("\"Which?\" then,this,that,A", "text between a closing quote and the next comma")]
    [InlineData("\"Which?,this,that,A", "opens a quote that nothing closes")]
    public void Read_FaultyRow_NamesItsLineAndTheFault(string row, string fault)
    {
        var refusal = Refusal($"question,A,B,answer\n\"Of two\nlines?\",1,2,A\n{row}\n");

        Assert.Equal(1, refusal.Split("line ").Length - 1);
        Assert.StartsWith(", line 4: ", refusal, StringComparison.Ordinal);
        Assert.Contains(fault, refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text,label\nhello,1\n")]
    [InlineData("question,A,answer\nWhich?,this,A\n")]
    [InlineData("question,A,B,D,answer\nWhich?,this,that,other,A\n")]
    [InlineData("Which?,this,that,C\n")]
    public void Read_UnknownColumns_SaysWhatWasFoundAndWhatIsSupported(string content)
    {
        var refusal = Refusal(content);

        Assert.Contains($"'{content.Split(',')[0]}'", refusal, StringComparison.Ordinal);
        Assert.Contains("supported: a header with question, A, B, ...", refusal, StringComparison.Ordinal);
    }
}
