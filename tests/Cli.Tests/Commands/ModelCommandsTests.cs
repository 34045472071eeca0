using CoLA.Cli.Tests.Fixtures;
using CoLA.Server;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Cli.Tests.Commands;

public sealed class ModelCommandsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CommandLine _cola = new();

    public static TheoryData<string> TinyModels => [.. SharedMaterial.Folders("models/tiny", "golden.json")];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Inspect_Model_SaysWhatItIs()
    {
        var model = RandomModel.Write(_directory);

        var shown = (await _cola.RunAsync("model", "inspect", model)).Succeeded();
        var json = (await _cola.RunAsync("model", "inspect", model, "--json")).Succeeded().Json();

        Assert.Contains("ChatML", shown.Output, StringComparison.Ordinal);
        Assert.Equal("Llama", json.GetProperty("family").GetString());
        Assert.Equal(260, json.GetProperty("config").GetProperty("vocabularySize").GetInt32());
        Assert.Equal(64, json.GetProperty("sha256").GetString()!.Length);
    }

    [Fact]
    public async Task Check_NumbersOfAnotherModel_ExitsWith1AndShowsTheDifference()
    {
        var model = RandomModel.Write(_directory);
        var golden = _directory.Write("golden.json", """{"ids": [1, 2, 3], "next_logprobs": [-20, -20]}""");

        var shown = await _cola.RunAsync("model", "check", model, "--golden", golden);
        var json = await _cola.RunAsync("model", "check", model, "--golden", golden, "--json");

        Assert.Equal((1, 1), (shown.ExitCode, json.ExitCode));
        Assert.Contains("failed", shown.Output, StringComparison.Ordinal);
        Assert.True(json.Json().GetProperty("largestLogProbabilities").GetDouble() > 5);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(TinyModels))]
    public async Task Check_Golden_Passes(string name)
    {
        var model = SharedMaterial.PathOf("models", "tiny", name);

        var result = (await _cola.RunAsync("model", "check", model, "--golden", Path.Combine(model, "golden.json"), "--json")).Succeeded();

        Assert.True(result.Json().GetProperty("passed").GetBoolean());
    }

    [Fact]
    public async Task Perplexity_QuantisedToo_TellsWhatItCosts()
    {
        var model = RandomModel.Write(_directory);
        var text = _directory.Write("text.txt", "the quick brown fox");

        var shown = (await _cola.RunAsync("model", "perplexity", model, text, "--quantize", "int8", "--quantize", "int4")).Succeeded();
        var json = (await _cola.RunAsync("model", "perplexity", model, text, "--quantize", "int8", "int4", "--json")).Succeeded().Json();

        Assert.Contains("unquantised", shown.Output, StringComparison.Ordinal);
        var results = json.GetProperty("results").EnumerateArray().ToArray();
        Assert.Equal(["none", "int8", "int4"], results.Select(result => result.GetProperty("weights").GetString()));
        Assert.Equal(3, results.Select(result => result.GetProperty("meanNll").GetDouble()).Distinct().Count());
    }

    [Theory]
    [InlineData("int9", "'int9' is not a value of --quantize; choose int8, int4, gguf", 2)]
    [InlineData("gguf", "not a GGUF file", 1)]
    public async Task Perplexity_QuantisationThatIsNotThere_IsNamed(string quantization, string told, int exitCode)
    {
        var result = await _cola.RunAsync(
            "model", "perplexity", RandomModel.Write(_directory), _directory.Write("text.txt", "abc"), "--quantize", quantization);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(told, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_NoGolden_IsNamed()
    {
        var result = await _cola.RunAsync("model", "check", RandomModel.Write(_directory), "--golden", "nowhere.json");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("nowhere.json", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_NotAnId_IsRefusedBeforeAnythingIsAsked()
    {
        var result = await _cola.RunAsync("model", "pull", "https://example.org/model");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("ORGANISATION/NAME", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_NoModel_ShowsEverythingThatIsWrong()
    {
        var result = await _cola.RunAsync("serve", "--model", "nowhere", "--port", "70000", "--data", _directory.Path);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("'nowhere' is not there", result.Error, StringComparison.Ordinal);
        Assert.Contains("70000 is not in 0..65535", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_ModelWithoutATokenizer_TakesIdsAndSaysSo()
    {
        using var data = new TemporaryDirectory();
        var model = RandomModel.Write(_directory);
        File.Delete(Path.Combine(model, "tokenizer.json"));
        await using var server = await ColaServer.StartAsync(
            options => (options.Model.Path, options.DataDirectory, options.Model.Device, options.Port, options.Model.Threads) = (model, data.Path, "cpu", 0, 1),
            cancellationToken: TestContext.Current.CancellationToken);
        var address = server.Address.GetLeftPart(UriPartial.Authority);

        var ids = (await _cola.RunAsync("generate", "--ids", "1", "2", "3", "--max-tokens", "4", "--tenant", "acme", "--server", address)).Succeeded();
        var text = await _cola.RunAsync("generate", "hello", "--tenant", "acme", "--server", address);

        Assert.All(
            ids.Output.Trim().Split(' '),
            id => Assert.InRange(int.Parse(id, System.Globalization.CultureInfo.InvariantCulture), 0, RandomModel.VocabularySize - 1));
        Assert.Equal(1, text.ExitCode);
        Assert.Contains("no tokenizer", text.Error, StringComparison.Ordinal);
        Assert.Contains("none: token ids only", (await _cola.RunAsync("model", "inspect", model)).Succeeded().Output, StringComparison.Ordinal);
    }
}
