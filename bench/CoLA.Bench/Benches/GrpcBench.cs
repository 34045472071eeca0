using System.CommandLine;
using CoLA.Bench.Measures;
using CoLA.Bench.Serving;
using CoLA.Bench.Worlds;
using CoLA.Client;
using CoLA.Core.Inference;
using CoLA.Core.Sequences;

namespace CoLA.Bench.Benches;

/// <summary>
/// 32 streams of a server in a process of its own, beside 32 calls of the engine in this one; base rows, which have the
/// shortest step and so feel the network most. The client's work falls on the same cores.
/// </summary>
internal sealed class GrpcBench() : ModelBench("grpc", "32 streams over gRPC, and the engine called in-process", new Bar("grpc", 0.95))
{
    private const int Streams = 32;
    private const int PromptTokens = 32;
    private const int NewTokens = 64;

    protected override async Task MeasureAsync(BenchRun run, ParseResult parse, CancellationToken cancellation)
    {
        await using var world = run.Open();
        var prompts = await LongPrompts.FindAsync(world, Streams, PromptTokens, NewTokens);
        await using var server = await ServerProcess.StartAsync(run.Model, cancellation);
        using var client = new ColaClient(new ColaClientOptions { Address = server.Address, Tenant = World.Tenant.Value });
        var rounds = await Rounds.RunAsync(
            run,
            "rounds",
            ("grpc", () => RateAsync((stream, clock) => OverGrpcAsync(client, prompts[stream], stream, clock))),
            ("inProcess", () => RateAsync((stream, clock) => InProcessAsync(world, prompts[stream], stream, clock))));
        run.Figures["grpcTokensPerSecond"] = rounds.Median("grpc");
        run.Figures["inProcessTokensPerSecond"] = rounds.Median("inProcess");
        run.Ratios["grpc"] = _ => rounds.Median(round => round["grpc"] / round["inProcess"]);
    }

    private static async Task<double> RateAsync(Func<int, TokenClock, Task> stream)
    {
        var clock = new TokenClock(Streams);
        await Task.WhenAll(Enumerable.Range(0, Streams).Select(at => Task.Run(() => stream(at, clock))));
        return clock.Count == Streams * NewTokens
            ? clock.DecodeTokensPerSecond
            : throw new InvalidOperationException($"the streams made {clock.Count} tokens, not {Streams * NewTokens}");
    }

    private static async Task OverGrpcAsync(ColaClient client, TokenPrompt prompt, int stream, TokenClock clock)
    {
        await foreach (var news in client.Inference.GenerateAsync(TokenRow.Of(null, prompt.Ids, NewTokens)))
        {
            clock.Add(stream, news.Tokens.Count);
        }
    }

    private static async Task InProcessAsync(World world, TokenPrompt prompt, int stream, TokenClock clock)
    {
        var row = new GenerationRow(ModelSource.Base, prompt, SamplingOptions.Greedy, [], NewTokens, null);
        await foreach (var news in world.Core.Generation.RunAsync(World.Tenant, [row], default))
        {
            clock.Add(stream, news.Tokens.Count);
        }
    }
}
