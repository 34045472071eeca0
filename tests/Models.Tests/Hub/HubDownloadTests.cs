using CoLA.Core.Rejections;
using CoLA.Core.Weights;
using CoLA.Models.Hub;
using CoLA.TestKit;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Models.Tests.Hub;

public sealed class HubDownloadTests : IDisposable
{
    private const string Weights = "model.safetensors";

    private static readonly HubModelId Model = HubModelId.Parse("org/model");

    private readonly FakeHub _hub = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly byte[] _weights = [.. Enumerable.Range(0, 100_000).Select(index => (byte)(index * 7 % 251))];

    public HubDownloadTests()
    {
        _hub.Files["config.json"] = "{}"u8.ToArray();
        _hub.Files[Weights] = _weights;
    }

    [Fact]
    public async Task Run_ModelWithManyFiles_TakesThoseThatAreRead()
    {
        string[] wanted = ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja", Weights];
        string[] others = ["README.md", "pytorch_model.bin", "consolidated.safetensors", "onnx/model.onnx", "original/tokenizer.model", "model.Q4_0.gguf"];
        foreach (var name in wanted.Concat(others))
        {
            _hub.Files.TryAdd(name, [1, 2, 3]);
        }

        var snapshot = await DownloadAsync();

        Assert.Equal(wanted.Order(), Directory.GetFiles(_directory.Path).Select(Path.GetFileName).Order());
        Assert.Equal(wanted.Order(), snapshot.Files.Select(file => file.Path).Order());
        Assert.Equal(FakeHub.Commit, snapshot.Commit);
        Assert.Equal(_weights, await ReadAsync(Weights));
    }

    [Fact]
    public async Task Run_Shards_GivesADirectoryThatOpens()
    {
        using var scope = NewDisposeScope();
        using var origin = new TemporaryDirectory();
        TinyModel.WriteShards(origin, TinyModel.Tensors(TinyModel.WriteConfig(origin)));
        _hub.Files.Clear();
        foreach (var file in Directory.GetFiles(origin.Path))
        {
            _hub.Files[Path.GetFileName(file)] = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        }

        await DownloadAsync();

        using var checkpoint = Checkpoint.Open(_directory.Path);
        Assert.Equal(2, checkpoint.WeightFiles.Count);
    }

    [Fact]
    public async Task Run_Progress_EndsWithEveryFileWhole()
    {
        var reports = new List<HubProgress>();

        await DownloadAsync(progress: new Listener(reports.Add));

        Assert.Contains(new HubProgress("config.json", 2, 2), reports);
        Assert.Equal(new HubProgress(Weights, _weights.Length, _weights.Length), reports[^1]);
    }

    [Fact]
    public async Task Run_ConnectionThatBreaks_GoesOnWhereItStopped()
    {
        _hub.Files.Remove("config.json");
        _hub.Breaks.Enqueue(40_000);
        _hub.Breaks.Enqueue(20_000);

        await DownloadAsync(retries: 0);

        Assert.Equal(_weights, await ReadAsync(Weights));
        Assert.Equal([null, null, "bytes=40000-", "bytes=60000-"], _hub.Requests.Select(request => request.Range));
    }

    [Fact]
    public async Task Run_PartialFileOfAnEarlierRun_IsGoneOnWith()
    {
        _directory.Write($"{Weights}.partial", _weights.AsSpan(0, 70_000));

        await DownloadAsync();

        Assert.Equal(_weights, await ReadAsync(Weights));
        Assert.Equal("bytes=70000-", _hub.Requests.Last().Range);
        Assert.False(File.Exists(_directory.PathOf($"{Weights}.partial")));
    }

    [Fact]
    public async Task Run_PartialFileThatIsWhole_IsOnlyRenamed()
    {
        _directory.Write($"{Weights}.partial", _weights);

        await DownloadAsync();

        Assert.Equal(_weights, await ReadAsync(Weights));
        Assert.DoesNotContain(_hub.Requests, request => request.Path.EndsWith(Weights, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_HubThatIgnoresRanges_BeginsAnew()
    {
        _hub.IgnoresRanges = true;
        _directory.Write($"{Weights}.partial", _weights.AsSpan(0, 70_000));

        await DownloadAsync();

        Assert.Equal(_weights, await ReadAsync(Weights));
    }

    [Fact]
    public async Task Run_PartialFileOfOtherContent_IsRefusedOnceAndThenRight()
    {
        _directory.Write($"{Weights}.partial", new byte[70_000]);

        var rejection = await Assert.ThrowsAsync<DamagedFileRejection>(() => DownloadAsync());

        Assert.Contains("SHA-256", rejection.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_directory.PathOf(Weights)));
        await DownloadAsync();
        Assert.Equal(_weights, await ReadAsync(Weights));
    }

    [Fact]
    public async Task Run_WrongContent_IsRefusedAndNotKept()
    {
        _hub.WrongHashes[Weights] = new string('0', 64);

        await Assert.ThrowsAsync<DamagedFileRejection>(() => DownloadAsync());

        Assert.False(File.Exists(_directory.PathOf(Weights)));
    }

    [Fact]
    public async Task Run_MoreOrLessThanListed_IsRefused()
    {
        _hub.WrongSizes["config.json"] = 1;
        Assert.Contains("more than the 1 bytes", (await Assert.ThrowsAsync<DamagedFileRejection>(() => DownloadAsync())).Message, StringComparison.Ordinal);

        _hub.WrongSizes["config.json"] = 3;
        Assert.Contains(
            "nothing from byte 2 of config.json",
            (await Assert.ThrowsAsync<PreconditionRejection>(() => DownloadAsync(retries: 0))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WeightsThatAreThereAndWhole_AreNotFetchedAgain()
    {
        await DownloadAsync();
        _hub.Requests.Clear();

        await DownloadAsync();

        Assert.DoesNotContain(_hub.Requests, request => request.Path.EndsWith(Weights, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_HubThatFailsForAWhile_IsAskedAgain()
    {
        _hub.Statuses.Enqueue(503);
        _hub.Statuses.Enqueue(429);

        await DownloadAsync();

        Assert.Equal(_weights, await ReadAsync(Weights));
    }

    [Fact]
    public async Task Run_HubThatKeepsFailing_SaysSo()
    {
        for (var attempt = 0; attempt < 3; attempt++)
        {
            _hub.Statuses.Enqueue(503);
        }

        var rejection = await Assert.ThrowsAsync<PreconditionRejection>(() => DownloadAsync(retries: 2));

        Assert.Contains("answered 503; it was tried 3 times", rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_HubThatAsksToWaitLong_PassesItOn()
    {
        _hub.Statuses.Enqueue(429);
        _hub.RetryAfter = "300";

        var rejection = await Assert.ThrowsAsync<ExhaustedRejection>(() => DownloadAsync());

        Assert.Equal(TimeSpan.FromMinutes(5), rejection.RetryAfter);
    }

    [Fact]
    public async Task Run_HubThatIsSilent_IsGivenUp()
    {
        _hub.Statuses.Enqueue(0);

        var rejection = await Assert.ThrowsAsync<PreconditionRejection>(
            () => DownloadAsync(retries: 0, change: options => options with { StallTimeout = TimeSpan.FromMilliseconds(50) }));

        Assert.Contains("broke", rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Offline_SaysSo()
    {
        var rejection = await Assert.ThrowsAsync<PreconditionRejection>(
            () => DownloadAsync(change: options => options with { BaseAddress = FakeHub.Nobody() }));

        Assert.Contains("cannot be reached", rejection.Message, StringComparison.Ordinal);
        Assert.Contains("offline", rejection.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, null, "set HF_TOKEN")]
    [InlineData(403, "secret", "the token in HF_TOKEN may not read it")]
    public async Task Run_PrivateModel_SaysWhatToDo(int status, string? token, string cure)
    {
        _hub.Statuses.Enqueue(status);

        var rejection = await Assert.ThrowsAsync<PermissionRejection>(() => DownloadAsync(change: options => options with { Token = token }));

        Assert.Contains(cure, rejection.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_UnknownModel_IsNotFound()
    {
        _hub.Statuses.Enqueue(404);

        Assert.Contains("org/model", (await Assert.ThrowsAsync<NotFoundRejection>(() => DownloadAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Redirect_DoesNotTakeTheTokenAlong()
    {
        _hub.Redirects = true;

        await DownloadAsync(change: options => options with { Token = "secret" });

        Assert.Equal(_weights, await ReadAsync(Weights));
        Assert.All(_hub.Requests, request => Assert.Equal(
            request.Path.StartsWith("/elsewhere", StringComparison.Ordinal) ? null : "Bearer secret", request.Authorization));
    }

    [Fact]
    public async Task Run_TokenWithoutEncryption_IsRefused() =>
        await Assert.ThrowsAsync<InvalidArgumentRejection>(
            () => DownloadAsync(change: options => options with { Token = "secret", BaseAddress = new Uri("http://hub.example") }));

    [Fact]
    public async Task Run_ChosenGguf_IsTakenInsteadOfSafetensors()
    {
        _hub.Files["q4/model.Q4_0.gguf"] = [1, 2];
        _hub.Files["model.Q8_0.gguf"] = [3];

        await DownloadAsync(gguf: "q4/model.Q4_0.gguf");

        Assert.Equal([1, 2], await ReadAsync("model.Q4_0.gguf"));
        Assert.False(File.Exists(_directory.PathOf(Weights)));
        Assert.Contains(
            "model.Q8_0.gguf", (await Assert.ThrowsAsync<InvalidArgumentRejection>(() => DownloadAsync(gguf: "no.gguf"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WeightsToChooseFromOrNone_SaysSo()
    {
        _hub.Files.Remove(Weights);
        await Assert.ThrowsAsync<UnsupportedRejection>(() => DownloadAsync());

        _hub.Files["a.gguf"] = [1];
        await DownloadAsync();
        Assert.Equal([1], await ReadAsync("a.gguf"));

        _hub.Files["b.gguf"] = [2];
        Assert.Contains("a.gguf, b.gguf", (await Assert.ThrowsAsync<InvalidArgumentRejection>(() => DownloadAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AnotherDownloadIntoTheSameFile_IsRefused()
    {
        using var other = new FileStream(_directory.PathOf("config.json.partial"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        Assert.Contains("another download", (await Assert.ThrowsAsync<PreconditionRejection>(() => DownloadAsync())).Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _hub.Dispose();
        _directory.Dispose();
    }

    private Task<HubSnapshot> DownloadAsync(
        string? gguf = null, IProgress<HubProgress>? progress = null, int retries = 4, Func<HubOptions, HubOptions>? change = null)
    {
        var options = new HubOptions { BaseAddress = _hub.Address, Retries = retries, RetryDelay = TimeSpan.Zero };
        return new HubDownload(change?.Invoke(options) ?? options)
            .RunAsync(Model, _directory.Path, gguf, progress, TestContext.Current.CancellationToken);
    }

    private Task<byte[]> ReadAsync(string name) =>
        File.ReadAllBytesAsync(_directory.PathOf(name), TestContext.Current.CancellationToken);

    private sealed class Listener(Action<HubProgress> report) : IProgress<HubProgress>
    {
        public void Report(HubProgress value) => report(value);
    }
}
