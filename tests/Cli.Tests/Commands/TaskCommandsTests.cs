using CoLA.Cli.Tests.Fixtures;
using Xunit;

namespace CoLA.Cli.Tests.Commands;

public sealed class TaskCommandsTests(RandomServer server) : IClassFixture<RandomServer>
{
    [Fact]
    public async Task Register_OnAPool_ServesVersion1()
    {
        var (cola, tenant) = await WithTaskAsync("sort", "--strategy", "heuristic", "--n", "3", "--grant", "platform:train,publish");

        var shown = (await cola.RunAsync("task", "show", "sort", "--json")).Succeeded().Json();

        Assert.Equal($"tenants/{tenant}/tasks/sort/versions/1", shown.GetProperty("servedVersion").GetString());
        Assert.Equal("STRATEGY_HEURISTIC", shown.GetProperty("spec").GetProperty("strategy").GetString());
        Assert.Equal(
            ["PERMISSION_TRAIN", "PERMISSION_PUBLISH"],
            shown.GetProperty("grants")[0].GetProperty("permissions").EnumerateArray().Select(permission => permission.GetString()!));
        Assert.Contains($"{tenant}/sort", (await cola.RunAsync("task", "list")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_UnknownTask_SaysWhereToLook()
    {
        var cola = server.As(out _);

        var result = await cola.RunAsync("task", "show", "sort");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("cola task list", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Grant_OneTenant_LeavesTheOthersAlone()
    {
        var (cola, _) = await WithTaskAsync("sort", "--grant", "first:generate");

        (await cola.RunAsync("task", "grant", "sort", "second", "train", "generate")).Succeeded();
        var both = (await cola.RunAsync("task", "show", "sort")).Succeeded();
        (await cola.RunAsync("task", "grant", "sort", "first")).Succeeded();
        var one = (await cola.RunAsync("task", "show", "sort")).Succeeded();

        Assert.Contains("first: generate", both.Output, StringComparison.Ordinal);
        Assert.Contains("second: generate, train", both.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("first:", one.Output, StringComparison.Ordinal);
        Assert.Contains("second: generate, train", one.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rollback_UntrainedTask_HasNowhereToGo()
    {
        var (cola, tenant) = await WithTaskAsync("sort");

        var result = await cola.RunAsync("task", "rollback", "sort");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"cola task versions {tenant}/sort", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_NobodyToAsk_NeedsYes()
    {
        var (cola, _) = await WithTaskAsync("sort");

        Assert.Equal(2, (await cola.RunAsync("task", "delete", "sort")).ExitCode);
        Assert.Equal(1, (await cola.RunAsync("task", "delete", "sortt")).ExitCode);
        (await cola.RunAsync("task", "delete", "sort", "--yes")).Succeeded();
        Assert.Equal(1, (await cola.RunAsync("task", "show", "sort")).ExitCode);
    }

    private async Task<(CommandLine Cola, string Tenant)> WithTaskAsync(string task, params string[] options)
    {
        var cola = server.As(out var tenant);
        (await cola.RunAsync("pool", "create", $"{tenant}-pool", "--m", "2", "--rank", "2")).Succeeded();
        (await cola.RunAsync(["task", "register", task, "--pool", $"{tenant}-pool", .. options])).Succeeded();
        return (cola, tenant);
    }
}
