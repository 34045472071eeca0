using System.ComponentModel;
using System.Globalization;
using System.Text.RegularExpressions;
using CoLA.Functional.Tests.Processes;
using CoLA.TestKit;

namespace CoLA.Functional.Tests.Samples;

/// <summary>Every sample does what it says, against a real server.</summary>
public sealed partial class SamplesTests(ColaTinyServer server) : IClassFixture<ColaTinyServer>
{
    private const int Patience = 300_000;

    [Fact(Timeout = Patience)]
    public async Task TrainAndServe_OnColaTiny_AnswersWithWhatItLearned()
    {
        var lines = await RunAsync("CoLA.Samples.TrainAndServe", TestContext.Current.CancellationToken);

        Assert.Equal(2, lines.Count(line => line.StartsWith("registered tenants/acme/tasks/", StringComparison.Ordinal)));
        Assert.Contains(lines, line => line.StartsWith("base shout: ", StringComparison.Ordinal));
        AssertMostlyRight(lines, "shout");
        AssertMostlyRight(lines, "ends");
    }

    [Fact(Timeout = Patience)]
    public async Task Reinforcement_OnColaTiny_RaisesTheReward()
    {
        var lines = await RunAsync("CoLA.Samples.Reinforcement", TestContext.Current.CancellationToken);

        var rewards = lines.Select(line => MeanReward().Match(line)).Where(match => match.Success)
            .Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).ToArray();
        Assert.True(rewards.Length >= 8, $"{rewards.Length} steps");
        Assert.True(rewards[^4..].Average() > rewards[0] + 0.3, string.Join(' ', rewards));
        Assert.StartsWith("published tenants/acme/tasks/backwards-", lines[^1], StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task Python_OnColaTiny_AnswersWithWhatItLearned()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var python = await FindPythonAsync(cancellation);
        Assert.SkipWhen(python is null, "no Python 3 with grpcio and protobuf; on Debian: python3-grpcio");
        var sample = Path.Combine(SharedMaterial.RepositoryRoot, "samples", "python");
        using var generated = new TemporaryDirectory();

        var generation = await ProgramRun.RunAsync(Path.Combine(sample, "generate.sh"), [generated.Path], [new("PYTHON", python)], cancellation);
        Assert.SkipWhen(generation.Error.StartsWith("no compiler", StringComparison.Ordinal), generation.Error);
        Assert.Equal((0, ""), (generation.ExitCode, generation.Error));
        var lines = Lines(await ProgramRun.RunAsync(
            python,
            [Path.Combine(sample, "train_and_generate.py"), server.Address.Authority],
            [new("PYTHONPATH", generated.Path), new("PYTHONDONTWRITEBYTECODE", "1")],
            cancellation));

        Assert.StartsWith("registered tenants/acme/tasks/python-", lines[0], StringComparison.Ordinal);
        AssertMostlyRight(lines, "shout");
    }

    private async Task<string[]> RunAsync(string sample, CancellationToken cancellation) => Lines(await ProgramRun.RunAsync(
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [PathOf(sample), server.Address.ToString()], [], cancellation));

    /// <summary>In its own folder among the build's outputs: artifacts/bin/PROJECT/CONFIGURATION.</summary>
    private static string PathOf(string sample)
    {
        var ours = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(ours.Parent!.Parent!.FullName, sample, ours.Name, $"{sample}.dll");
    }

    private static string[] Lines(Ending ending)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(ending.Output);
        Assert.True(ending is { ExitCode: 0, Error: "" }, $"exit code {ending.ExitCode}: {ending.Error}");
        return ending.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static void AssertMostlyRight(string[] lines, string skill)
    {
        var line = Assert.Single(lines, line => line.StartsWith($"{skill}: ", StringComparison.Ordinal) && line.EndsWith("right", StringComparison.Ordinal));
        var words = line.Split(' ');
        Assert.True(2 * int.Parse(words[1], CultureInfo.InvariantCulture) > int.Parse(words[3], CultureInfo.InvariantCulture), line);
    }

    /// <summary>The first Python that has what the sample needs; a version of one's own on PATH may lack Debian's packages.</summary>
    private static async Task<string?> FindPythonAsync(CancellationToken cancellation)
    {
        foreach (var candidate in new[] { "python3", "/usr/bin/python3" })
        {
            try
            {
                if ((await ProgramRun.RunAsync(candidate, ["-c", "import grpc, google.protobuf"], [], cancellation)).ExitCode == 0)
                {
                    return candidate;
                }
            }
            catch (Win32Exception)
            {
                // There is no such program.
            }
        }

        return null;
    }

    [GeneratedRegex(@"^step +\d+: mean reward (\d\.\d+)")]
    private static partial Regex MeanReward();
}
