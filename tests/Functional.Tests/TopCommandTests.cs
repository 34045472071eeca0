using CoLA.Functional.Tests.Processes;
using CoLA.TestKit;

namespace CoLA.Functional.Tests;

public sealed class TopCommandTests : IDisposable
{
    private const int NoReader = 141;
    private const int Patience = 60_000;

    private readonly TemporaryDirectory _model = new();
    private readonly TemporaryDirectory _data = new();

    public void Dispose()
    {
        _model.Dispose();
        _data.Dispose();
    }

    [Theory(Timeout = Patience)]
    [InlineData]
    [InlineData("--json")]
    public async Task Top_ReaderOfThePipeGone_EndsWithoutAWord(params string[] options)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no EPIPE");
        var cancellation = TestContext.Current.CancellationToken;
        RandomModel.Write(_model);
        await using var server = await ServerProcess.StartAsync(_model.Path, _data.Path, cancellation);
        await using var top = ColaProcess.Start(["top", "--interval", "0.1", "--tenant", "acme", "--server", server.Address.ToString(), .. options]);

        var line = await top.Output.ReadLineAsync(cancellation);
        var ending = await top.WaitForEndUnreadAsync(cancellation);

        Assert.NotNull(line);
        Assert.Equal((NoReader, ""), (ending.ExitCode, ending.Error));
    }

    [Fact(Timeout = Patience)]
    public async Task Top_HelpThatNobodyReads_EndsWithoutAWord()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no EPIPE");
        await using var top = ColaProcess.Start("top", "--help");

        var ending = await top.WaitForEndUnreadAsync(TestContext.Current.CancellationToken);

        Assert.Equal((NoReader, ""), (ending.ExitCode, ending.Error));
    }
}
