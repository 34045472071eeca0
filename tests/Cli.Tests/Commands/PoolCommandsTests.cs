using CoLA.Cli.Tests.Fixtures;
using Xunit;

namespace CoLA.Cli.Tests.Commands;

public sealed class PoolCommandsTests(RandomServer server) : IClassFixture<RandomServer>
{
    [Fact]
    public async Task Create_WithEverythingSaid_MakesThePool()
    {
        var cola = server.As(out var tenant);

        var pool = (await cola.RunAsync(
            "pool",
            "create",
            $"{tenant}-pool",
            "--m",
            "2",
            "--rank",
            "4",
            "--alpha",
            "8",
            "--init",
            "pissa-slices",
            "--targets",
            "q",
            "v",
            "--seed",
            "7",
            "--with",
            "friend",
            "--json")).Succeeded().Json();

        Assert.Equal($"pools/{tenant}-pool", pool.GetProperty("name").GetString());
        var spec = pool.GetProperty("spec");
        Assert.Equal((2, 4, 8.0), (spec.GetProperty("m").GetInt32(), spec.GetProperty("rank").GetInt32(), spec.GetProperty("alpha").GetDouble()));
        Assert.Equal("INITIALISATION_PISSA_SLICES", spec.GetProperty("initialisation").GetString());
        Assert.Equal(["TARGET_Q", "TARGET_V"], spec.GetProperty("targets").EnumerateArray().Select(target => target.GetString()!));
        Assert.Equal("VISIBILITY_SHARED", pool.GetProperty("sharing").GetProperty("visibility").GetString());
    }

    [Fact]
    public async Task Show_Json_HasTheSamePoolAsCreate()
    {
        var cola = server.As(out var tenant);

        var made = (await cola.RunAsync("pool", "create", $"{tenant}-pool", "--m", "2", "--json")).Succeeded();
        var shown = (await cola.RunAsync("pool", "show", $"{tenant}-pool", "--json")).Succeeded().Json();

        Assert.Equal(made.Json().GetRawText(), shown.GetProperty("pool").GetRawText());
        Assert.True(shown.GetProperty("versions")[0].GetProperty("current").GetBoolean());
        Assert.Equal($"pools/{tenant}-pool/versions/1", shown.GetProperty("versions")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task Create_SharedHeadAndRankStabilized_ServesAColoraTask()
    {
        var cola = server.As(out var tenant);

        var made = (await cola.RunAsync("pool", "create", $"{tenant}-pool", "--shared-head", "--rank-stabilized")).Succeeded();
        var task = (await cola.RunAsync("task", "register", "cores", "--pool", $"{tenant}-pool", "--strategy", "colora")).Succeeded();

        Assert.Contains("alpha / sqrt(r)", made.Output, StringComparison.Ordinal);
        Assert.Contains("cores have no gradient", task.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_OutOfRange_ShowsWhatTheServerSaysUnderTheOption()
    {
        var cola = server.As(out var tenant);

        var result = await cola.RunAsync("pool", "create", $"{tenant}-pool", "--m", "65");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("--m: 65 is not in", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_NoPools_SaysHowToMakeOne()
    {
        var cola = server.As(out _);

        Assert.Contains("cola pool create", (await cola.RunAsync("pool", "list")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Empty((await cola.RunAsync("pool", "list", "--json")).Succeeded().Json().GetProperty("pools").EnumerateArray());
    }

    [Fact]
    public async Task Share_WithATenant_ShowsItThere()
    {
        var cola = server.As(out var tenant);
        var pool = $"{tenant}-pool";
        (await cola.RunAsync("pool", "create", pool)).Succeeded();
        var friend = server.As(out var name);

        Assert.Equal(1, (await friend.RunAsync("pool", "show", pool)).ExitCode);
        (await cola.RunAsync("pool", "share", pool, "--with", name)).Succeeded();
        var shown = (await friend.RunAsync("pool", "show", pool)).Succeeded();

        Assert.Contains($"shared with {name}", shown.Output, StringComparison.Ordinal);
        Assert.Contains($"{pool}@1", shown.Output, StringComparison.Ordinal);
        Assert.Equal(
            "pools/" + pool, (await friend.RunAsync("pool", "show", pool, "--json")).Succeeded().Json().GetProperty("pool").GetProperty("name").GetString());
        (await cola.RunAsync("pool", "share", pool, "--private")).Succeeded();
        Assert.DoesNotContain(pool, (await friend.RunAsync("pool", "list")).Succeeded().Output, StringComparison.Ordinal);
    }
}
