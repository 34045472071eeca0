using System.CommandLine;
using CoLA.Cli.Rendering;
using CoLA.Cli.Tests.Fixtures;
using Spectre.Console.Testing;
using Xunit;

namespace CoLA.Cli.Tests;

public sealed class ColaCommandLineTests
{
    private readonly CommandLine _cola = new();

    public static TheoryData<string> Commands
    {
        get
        {
            using var console = new TestConsole();
            return [.. Paths(ColaCommandLine.Build(new CliHost(console, console, Stream.Null, _ => null, TimeProvider.System)), "")];
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Help_AnyCommand_IsShown(string command)
    {
        var result = (await _cola.RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"])).Succeeded();

        Assert.Contains("Usage:", result.Output, StringComparison.Ordinal);
        Assert.Contains("--json", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NoArguments_ShowsHelpWithTheExitCodes()
    {
        var result = (await _cola.RunAsync()).Succeeded();

        Assert.Contains("3 no server answers", result.Output, StringComparison.Ordinal);
        Assert.Contains("quickstart", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("poool", "poool")]
    [InlineData("pool lst", "lst")]
    [InlineData("pool lst", "Did you mean list?")]
    [InlineData("generate --tasks x hello --tenant a", "'--tasks' is not an option of cola generate")]
    [InlineData("generate --tasks x hello --tenant a", "Did you mean --task?")]
    [InlineData("pool list --tenant a --jsno", "'--jsno' is not an option of cola pool list")]
    [InlineData("pool list --tenant a --bogus-thing", "Error: '--bogus-thing' is not an option of cola pool list\n`cola pool list --help`")]
    [InlineData("pool create", "POOL")]
    [InlineData("pool create p --m two --tenant a", "'two' for option '--m': a whole number is wanted")]
    [InlineData("train --pool p --task a=f --lr fast --tenant a", "'fast' for option '--lr': a number is wanted")]
    [InlineData("pool create p --init fancy --tenant a", "choose gaussian, pissa, pissa-slices")]
    [InlineData("pool create p --targets q w --tenant a", "'w' is not a target")]
    [InlineData("pool share p --public --private --tenant a", "exclude each other")]
    [InlineData("pool share p --tenant a", "nobody is named")]
    [InlineData("task register t --pool p --strategy best --tenant a", "heuristic-balanced")]
    [InlineData("task register t --pool p --grant friend --tenant a", "TENANT:PERMISSION")]
    [InlineData("task register t --pool p --grant friend:sell --tenant a", "'sell' is not a permission")]
    [InlineData("train --pool p --task sort --tenant a", "NAME=FILE")]
    [InlineData("train --pool p --task a=f --steps 0 --tenant a", "--steps is at least 1")]
    [InlineData("train --pool p --task a=f --steps 3 --epochs 2 --tenant a", "exclude each other")]
    [InlineData("train --pool p --task a=f --a-frozen --pool-lr 1 --tenant a", "exclude each other")]
    [InlineData("generate --tenant a", "no prompt")]
    [InlineData("generate hello --file f --tenant a", "exclude each other")]
    [InlineData("score hello --tenant a", "--continuation")]
    [InlineData("generate hello", "--tenant NAME")]
    [InlineData("pool list --tenant a --server nowhere", "is not a server's address")]
    [InlineData("pool list --tenant Not_An_Id", "Not_An_Id")]
    [InlineData("quickstart --steps 0", "--steps is at least 1")]
    [InlineData("top --tenant a --interval 0", "--interval is at least 0.1, not 0")]
    [InlineData("top --tenant a --interval 3601", "--interval is at most 3600, not 3601")]
    [InlineData("top --tenant a --interval NaN", "--interval is at least 0.1, not NaN")]
    [InlineData("train --pool p --task a=f --lr -1 --tenant a", "--lr is at least 0")]
    [InlineData("train --pool p --task a=f --pool-lr -1 --tenant a", "--pool-lr is at least 0")]
    [InlineData("serve --session-expiry 10", "--session-expiry is a time like 30s, 15m, 2h, 1d or 0:15:00, not '10'")]
    [InlineData("top", "--tenant NAME")]
    public async Task Run_WrongUsage_SaysWhatAndExitsWith2(string command, string expected)
    {
        var result = await _cola.RunAsync(command.Split(' '));

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Run_NoServer_NamesTheCureAndExitsWith3()
    {
        // A port that nothing listens on: port 9 is for discarding, and needs rights to open.
        var result = await _cola.RunAsync("pool", "list", "--tenant", "acme", "--server", "http://127.0.0.1:9");

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("no server answers at http://127.0.0.1:9", result.Error, StringComparison.Ordinal);
        Assert.Contains("cola serve", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "pool", "list")]
    [InlineData(2, "nothing")]
    [InlineData(3, "pool", "list", "--tenant", "acme", "--server", "http://127.0.0.1:9")]
    [InlineData(1, "model", "inspect", "nowhere")]
    public async Task Run_FailureWithJson_IsOneObjectThatNamesIt(int exitCode, params string[] command)
    {
        var result = await _cola.RunAsync([.. command, "--json"]);

        Assert.Equal(exitCode, result.ExitCode);
        var error = result.Json().GetProperty("error");
        Assert.Equal(exitCode, error.GetProperty("exitCode").GetInt32());
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
    }

    [Fact]
    public async Task Run_CancelledBeforeItBegan_ExitsAsShellsExpect()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        var result = await _cola.RunUntilAsync(cancelled.Token, "pool", "list", "--tenant", "acme", "--server", "http://127.0.0.1:9");

        Assert.Equal(130, result.ExitCode);
        Assert.Contains("Stopped.", result.Error, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Paths(Command command, string path)
    {
        yield return path;
        foreach (var below in command.Subcommands.SelectMany(child => Paths(child, $"{path} {child.Name}".Trim())))
        {
            yield return below;
        }
    }
}
