using CoLA.Core.Data;
using CoLA.Core.Data.Examples;
using CoLA.Core.Rejections;
using CoLA.Core.Tokens.Chat;
using Xunit;

namespace CoLA.Core.Tests.Data;

public sealed class RecordFileTests
{
    private static DataSet Read(string name, string content, DataSetOptions? options = null)
    {
        using var file = new WrittenFile(name, content);
        return DataSetReader.Read(file.Path, options);
    }

    private static string Refusal(string name, string content)
    {
        using var file = new WrittenFile(name, content);
        var rejection = Assert.Throws<InvalidArgumentRejection>(() => DataSetReader.Read(file.Path));
        Assert.StartsWith(file.Path, rejection.Message, StringComparison.Ordinal);
        return rejection.Message[file.Path.Length..];
    }

    [Theory]
    [InlineData("a.jsonl", """{"prompt": "1+1=", "completion": "2"}""")]
    [InlineData("a.json", """{"prompt": "1+1=", "completion": "2"}""")]
    [InlineData("a.json", """[{"prompt": "1+1=", "completion": "2"}]""")]
    [InlineData("a.json", "\uFEFF\n[{\"prompt\": \"1+1=\",\n \"completion\": \"2\"}]\n")]
    [InlineData("a.txt", "{\"prompt\": \"1+1=\", \"completion\": \"2\"}\r\n\r\n")]
    public void Read_PromptAndCompletion_TakesThemAsTheyAre(string name, string content)
    {
        var data = Read(name, content);

        Assert.Equal("a", data.Name);
        var item = Assert.Single(data.Items);
        Assert.Equal(new CompletionExample("1+1=", "2"), item.Example);
        Assert.Equal(new ExactMatch("2"), item.Judgement);
        Assert.Equal("a", item.Subject);
    }

    [Fact]
    public void Read_LinesInAFileCalledJson_AreTakenAsLines()
    {
        var data = Read("a.json", "{\"prompt\": \"x\", \"completion\": \"1\"}\n{\"prompt\": \"y\", \"completion\": \"2\"}\n");

        Assert.Equal(["x", "y"], data.Items.Select(item => ((CompletionExample)item.Example).Prompt));
    }

    [Fact]
    public void Read_Messages_AreJudgedByTheirLossAlone()
    {
        var item = Assert.Single(Read("a.jsonl", """{"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}""").Items);

        Assert.Equal([new ChatMessage("user", "hi"), new ChatMessage("assistant", "hello")], Assert.IsType<ChatExample>(item.Example).Messages);
        Assert.Null(item.Judgement);
    }

    [Fact]
    public void Read_ShareGptConversation_BecomesMessages()
    {
        var item = Assert.Single(Read(
            "a.json", """[{"system": "be brief", "conversations": [{"from": "human", "value": "hi"}, {"from": "gpt", "value": "hello"}]}]""").Items);

        Assert.Equal(
            [new ChatMessage("system", "be brief"), new ChatMessage("user", "hi"), new ChatMessage("assistant", "hello")],
            Assert.IsType<ChatExample>(item.Example).Messages);
    }

    [Fact]
    public void Read_Instructions_KeepTheirParts()
    {
        var data = Read(
            "a.json",
            """[{"instruction": "Add", "input": "1 1", "output": "2"}, {"instruction": "Add 1 and 2", "output": "3", "system": "", "history": []}]""");

        Assert.Equal(
            [new InstructionExample("Add", "1 1", "2"), new InstructionExample("Add 1 and 2", "", "3")],
            data.Items.Select(item => item.Example));
    }

    [Fact]
    public void Read_BigBenchExamples_AreQuestionsJudgedAmongTheFilesTargets()
    {
        var data = Read(
            "bool.json", """{"canary": "x", "examples": [{"input": "not True is", "target": "False"}, {"input": "not False is", "target": "True"}]}""");

        Assert.Equal(new CompletionExample("Q: not True is\nA:", " False"), data.Items[0].Example);
        var choice = Assert.IsType<Choice>(data.Items[1].Judgement);
        Assert.Equal([" False", " True"], choice.Continuations);
        Assert.Equal(1, choice.Answer);
    }

    [Theory]
    [InlineData(20, true)]
    [InlineData(21, false)]
    public void Read_FreeTargets_AreChoicesUpToTwenty(int targets, bool choices)
    {
        var lines = Enumerable.Range(0, targets).Select(i => $$"""{"input": "{{i}}", "target": "t{{i}}"}""");
        var item = Read("a.jsonl", string.Join('\n', lines)).Items[7];

        if (choices)
        {
            var choice = Assert.IsType<Choice>(item.Judgement);
            Assert.Equal(" t7", choice.Continuations[choice.Answer]);
            Assert.Equal(targets, choice.Continuations.Count);
        }
        else
        {
            Assert.Equal(new ExactMatch(" t7"), item.Judgement);
        }
    }

    [Fact]
    public void Read_LongOutputs_AreJudgedByTheirLossAlone()
    {
        var lines = Enumerable.Range(0, 30).Select(i => $$"""{"prompt": "{{i}}", "completion": "{{new string('x', 600)}}{{i}}"}""");

        Assert.All(Read("a.jsonl", string.Join('\n', lines)).Items, item => Assert.Null(item.Judgement));
    }

    [Fact]
    public void Read_TokenIds_WeighAlikeUnlessToldOtherwise()
    {
        var data = Read("a.jsonl", "{\"ids\": [1, 2, 3], \"weights\": [0, 0.5, 1]}\n{\"ids\": [4, 5]}");

        Assert.Equal([0, 0.5f, 1], Assert.IsType<TokenExample>(data.Items[0].Example).Weights);
        Assert.Equal([1, 1], Assert.IsType<TokenExample>(data.Items[1].Example).Weights);
    }

    [Theory]
    [InlineData("""{"question": "x", "reply": "y"}""", "has the keys \"question\", \"reply\"; supported: \"prompt\" and \"completion\"; \"messages\"")]
    [InlineData("""[1]""", "is an array, expected an object")]
    [InlineData("""{"prompt": "x", "completion": 5}""", "\"completion\" is a number, expected a string")]
    [InlineData("""{"prompt": "x", "completion": ""}""", "\"completion\" is empty")]
    [InlineData("""{"prompt": "x", "completion": "\ud800"}""", "half of a surrogate pair")]
    [InlineData("""{"instruction": "x", "output": "y", "history": [["a", "b"]]}""", "\"history\"")]
    [InlineData("""{"instruction": "x", "output": null}""", "\"output\" is null")]
    [InlineData("""{"messages": "hi"}""", "\"messages\" is a string, expected an array")]
    [InlineData("""{"messages": ["hi"]}""", "\"messages\" holds a string")]
    [InlineData("""{"messages": [{"role": "user"}]}""", "lacks \"content\"")]
    [InlineData("""{"messages": [{"role": "user", "content": "hi"}]}""", "no turn of the assistant")]
    [InlineData("""{"conversations": [{"from": "bot", "value": "hi"}]}""", "supported: human, gpt, system")]
    [InlineData("""{"ids": [1]}""", "1 token(s)")]
    [InlineData("""{"ids": [1, -2]}""", "holds -2")]
    [InlineData("""{"ids": [1, 2], "weights": [1]}""", "2 entries and \"weights\" 1")]
    [InlineData("""{"ids": [1, 2], "weights": [1, -1]}""", "holds -1")]
    [InlineData("""{"prompt": "x", """, "is not JSON")]
    public void Read_FaultyLine_NamesTheLineAndTheFault(string line, string fault)
    {
        var refusal = Refusal("a.jsonl", $"{{\"prompt\": \"x\", \"completion\": \"1\"}}\n\n{line}\n");

        Assert.StartsWith(", line 3: ", refusal, StringComparison.Ordinal);
        Assert.Contains(fault, refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "[\n{\"prompt\": \"x\", \"completion\": \"1\"},\n{\"prompt\":\n \"x\"},\n{\"prompt\": 1, \"completion\": \"1\"}]",
        ", line 3: has the keys \"prompt\"",
        ", line 5: \"prompt\" is a number")]
    [InlineData("{\"canary\": \"\\n\",\n\"examples\": [\n{\"input\": \"x\", \"target\": 1}]}", ", line 3: \"target\" is a number", "")]
    [InlineData("[\n{\"prompt\": \"x\", \"completion\": \"1\"}\n{", ", line 3: is not JSON", "")]
    [InlineData("[{\"prompt\": \"x\", \"completion\": \"1\"}", ", line 1: is not JSON", "")]
    [InlineData("[{\"prompt\": \"x\", \"completion\": \"1\"}]\n]", ", line 2: is not JSON", "")]
    [InlineData("{\"examples\": 5}", "\"examples\" is not an array", "")]
    [InlineData("{\"name\": \"x\"}", ", line 1: has the keys \"name\"", "")]
    [InlineData("[]", "holds no items", "")]
    [InlineData(" \n", "is empty", "")]
    [InlineData("hello", "begins with 'h'", ".csv")]
    public void Read_FaultyDocument_NamesTheLineAndTheFault(string content, string fault, string second)
    {
        var refusal = Refusal("a.json", content);

        Assert.Contains(fault, refusal, StringComparison.Ordinal);
        Assert.Contains(second, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ManyFaultyLines_NamesTenAndCountsTheRest()
    {
        var refusal = Refusal("a.jsonl", string.Join('\n', Enumerable.Repeat("{}", 13)));

        Assert.Contains("line 10", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("line 11", refusal, StringComparison.Ordinal);
        Assert.Contains("3 more faulty lines", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SkippingFaultyLines_ListsThem()
    {
        var data = Read("a.jsonl", "{\n{\"prompt\": \"x\", \"completion\": \"1\"}\n{}", new DataSetOptions(SkipFaulty: true));

        Assert.Single(data.Items);
        Assert.Collection(
            data.Skipped,
            first => Assert.EndsWith("line 1", first.Field, StringComparison.Ordinal),
            third => Assert.EndsWith("line 3", third.Field, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_NoSuchFile_SaysSo()
    {
        var rejection = Assert.Throws<InvalidArgumentRejection>(() => DataSetReader.Read("/nowhere/a.json"));

        Assert.Equal("/nowhere/a.json: there is no such file", rejection.Message);
    }
}
