using System.Collections.Concurrent;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using CoLA.Bench.Loads;
using CoLA.Bench.Rendering;
using CoLA.Bench.Serving;
using CoLA.Client;
using CoLA.Core.Data;

namespace CoLA.Bench.Benches;

/// <summary>
/// Puts a load on a server that runs already, and tells what its clients see. The machine's figures are those of the
/// machine that this runs on.
/// </summary>
internal sealed class ServeBench : BenchCommand
{
    private readonly Option<Uri> _address = new("--address")
    {
        Description = "The server's address, http://HOST:PORT",
        Required = true,
        CustomParser = ReadAddress,
    };
    private readonly Option<string[]> _tenants = new("--tenant")
    {
        Description = "Tenants that own the made tasks, in turn; may be given several times",
        DefaultValueFactory = _ => ["bench"],
    };
    private readonly Option<string[]> _named = new("--task")
    {
        Description = "Use these tasks, tenants/TENANT/tasks/TASK, instead of making some; each is called by its owner",
        DefaultValueFactory = _ => [],
    };
    private readonly Option<int> _tasks = new("--tasks") { Description = "Tasks to make, and to delete at the end", DefaultValueFactory = _ => 32 };
    private readonly Option<LoadShape> _shape = new("--shape") { Description = "How requests fall on tasks", DefaultValueFactory = _ => LoadShape.Zipf };
    private readonly Option<int> _concurrency = new("--concurrency") { Description = "Requests on their way at one time", DefaultValueFactory = _ => 32 };
    private readonly Option<int> _requests = new("--requests")
    {
        Description = "Requests that count; as many as --concurrency come before, to warm up",
        DefaultValueFactory = _ => 256,
    };
    private readonly Option<int> _promptTokens = new("--prompt-tokens") { Description = "Tokens of a prompt", DefaultValueFactory = _ => 32 };
    private readonly Option<int> _newTokens = new("--new-tokens")
    {
        Description = "Tokens of an answer at most; the model may end it before",
        DefaultValueFactory = _ => 32,
    };
    private readonly Option<int> _vocabulary = new("--vocabulary") { Description = "Prompts are random ids below this", DefaultValueFactory = _ => 256 };
    private readonly Option<ulong> _seed = new("--seed") { Description = "Seed of prompts and of who is asked", DefaultValueFactory = _ => 1UL };

    public ServeBench()
        : base("serve", "What the clients of a running server see under load")
    {
        Option[] options = [_address, _tenants, _named, _tasks, _shape, _concurrency, _requests, _promptTokens, _newTokens, _vocabulary, _seed];
        Array.ForEach(options, Add);
    }

    protected override BenchRun Begin(ParseResult parse, BenchProgress progress) => new("", 1, progress);

    protected override async Task MeasureAsync(BenchRun run, ParseResult parse, CancellationToken cancellation)
    {
        var tenants = parse.GetRequiredValue(_tenants);
        using var client = new ColaClient(new ColaClientOptions { Address = parse.GetRequiredValue(_address), Tenant = tenants[0] });
        var named = parse.GetRequiredValue(_named);
        if (named.Length > 0)
        {
            run.ModelName = await ModelOfAsync(client, named, cancellation);
            await LoadAsync(run, parse, client, named, cancellation);
            return;
        }

        run.Progress.Begin("making tasks", parse.GetValue(_tasks));
        await using var made = await ServedTasks.MakeAsync(client, tenants, parse.GetValue(_tasks), run.Progress.Advance, cancellation);
        run.ModelName = made.Model;
        await LoadAsync(run, parse, client, made.Names, cancellation);
    }

    private static Uri? ReadAddress(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var address))
        {
            return address;
        }

        argument.AddError($"--address: '{text}' is not an address like http://localhost:5290");
        return null;
    }

    /// <summary>Name of the base model of tasks that are there.</summary>
    private static async Task<string> ModelOfAsync(ColaClient client, IReadOnlyList<string> tasks, CancellationToken cancellation)
    {
        var pool = "";
        foreach (var task in tasks)
        {
            pool = (await client.As(ServedTasks.TenantOf(task)).Tasks.GetAsync(task, cancellationToken: cancellation)).Pool;
        }

        return (await client.As(ServedTasks.TenantOf(tasks[^1])).Pools.GetAsync(pool, cancellationToken: cancellation)).BaseModel.Name;
    }

    private async Task LoadAsync(BenchRun run, ParseResult parse, ColaClient client, IReadOnlyList<string> tasks, CancellationToken cancellation)
    {
        var concurrency = parse.GetValue(_concurrency);
        var requests = parse.GetValue(_requests);
        var draws = new TaskDraws(parse.GetValue(_shape), tasks.Count, parse.GetValue(_seed));
        var random = SplitMix64.For(parse.GetValue(_seed), "prompts");
        var asked = Enumerable.Range(0, concurrency + requests).Select(_ => tasks[draws.Next()]).ToArray();
        var rows = asked.Select(task => TokenRow.Of(
            task,
            Enumerable.Range(0, parse.GetValue(_promptTokens)).Select(_ => random.Below(parse.GetValue(_vocabulary))).ToArray(),
            parse.GetValue(_newTokens))).ToArray();
        var answered = new ConcurrentBag<RequestTiming>();
        var failed = new ConcurrentBag<string>();
        async Task AskAsync(int request)
        {
            var timing = new RequestTiming();
            try
            {
                await foreach (var news in client.As(ServedTasks.TenantOf(asked[request])).Inference.GenerateAsync(
                    rows[request], cancellationToken: cancellation))
                {
                    timing.Came(news.Tokens.Count);
                    timing.PromptTokens = news.Usage?.PromptTokens ?? 0;
                }

                answered.Add(timing);
            }
            catch (ColaException failure)
            {
                failed.Add($"{failure.StatusCode}: {failure.Message}");
            }

            run.Progress.Advance();
        }

        run.Progress.Begin("warming up", concurrency);
        await ClosedLoop.RunAsync(concurrency, concurrency, AskAsync);
        answered.Clear();
        failed.Clear();
        run.Progress.Begin("requests", requests);
        var started = Stopwatch.GetTimestamp();
        await ClosedLoop.RunAsync(concurrency, requests, request => AskAsync(concurrency + request));
        LoadReport.Write(run.Figures, answered, Stopwatch.GetElapsedTime(started).TotalSeconds);
        run.Figures["failedRequests"] = failed.Count;
        foreach (var (why, count) in failed.CountBy(why => why))
        {
            run.Progress.Say($"{count} failed with {why}");
        }
    }
}
