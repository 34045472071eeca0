using System.Diagnostics;
using CoLA.Core.Adapters;
using CoLA.Core.Inference;
using CoLA.Core.Tenancy;

namespace CoLA.Bench;

/// <summary>
/// Tokens per second of the decode phase: from when every row has its first token to when the first row ends. Prompts of
/// about 32 tokens, 64 new, greedy; 1, 8 and 32 rows; base rows, and as many distinct tasks (M = 2, N = 3, r = 8).
/// </summary>
internal static class DecodeBench
{
    private const int NewTokens = 64;
    private const int Repetitions = 5;

    private static readonly int[] RowCounts = [1, 8, 32];

    public static async Task<(Dictionary<string, double> Figures, Dictionary<string, double> Ratios)> RunAsync(World world)
    {
        var pool = await world.MakePoolAsync("decode", m: 2);
        var most = RowCounts.Max();
        var heuristic = await world.MakeTasksAsync(pool, "heuristic", most, Strategy.Heuristic, 3);
        var full = await world.MakeTasksAsync(pool, "full", most, Strategy.Full, 3);
        await world.TrainShortlyAsync(pool, heuristic);
        await world.TrainShortlyAsync(pool, full);

        var figures = new Dictionary<string, double>();
        var ratios = new Dictionary<string, double>();
        foreach (var rows in RowCounts)
        {
            var sides = new Dictionary<string, TaskName?[]>
            {
                ["base"] = new TaskName?[rows],
                ["distinctHeuristic"] = [.. heuristic.Take(rows).Select(task => (TaskName?)task)],
                ["distinctFull"] = [.. full.Take(rows).Select(task => (TaskName?)task)],
            };
            var rates = sides.ToDictionary(side => side.Key, _ => new List<double>());
            for (var repetition = 0; repetition <= Repetitions; repetition++)
            {
                // The sides in turn, so that a drift of the machine meets all of them; the first round warms up.
                foreach (var (name, tasks) in sides)
                {
                    var rate = await RateAsync(world, tasks);
                    if (repetition > 0)
                    {
                        rates[name].Add(rate);
                    }
                }
            }

            foreach (var (name, measured) in rates)
            {
                figures[$"{name}{rows}TokensPerSecond"] = Machine.Median(measured);
            }

            ratios[$"distinctHeuristic{rows}"] = figures[$"distinctHeuristic{rows}TokensPerSecond"] / figures[$"base{rows}TokensPerSecond"];
            ratios[$"distinctFull{rows}"] = figures[$"distinctFull{rows}TokensPerSecond"] / figures[$"base{rows}TokensPerSecond"];
        }

        return (figures, ratios);
    }

    private static async Task<double> RateAsync(World world, TaskName?[] tasks)
    {
        var rows = tasks.Select((task, at) => new GenerationRow(
            new ModelSource(task, null),
            new TokenPrompt([.. Enumerable.Range(0, 32).Select(token => (token * 31 + at * 17 + 1000) % world.Core.Model.Config.VocabularySize)]),
            SamplingOptions.Greedy,
            [],
            NewTokens,
            null)).ToArray();
        var waiting = rows.Length;
        long started = 0, ended = 0;
        var tokens = 0;
        await foreach (var news in world.Core.Generation.RunAsync(World.Tenant, rows, default))
        {
            if (news.Finish is { Failure: { } failure })
            {
                throw failure;
            }

            if (started != 0 && ended == 0)
            {
                tokens += news.Tokens.Count;
            }

            if (news.Finish is not null && ended == 0)
            {
                ended = Stopwatch.GetTimestamp();
            }

            rows[news.Row] = null!;
            var first = rows.Count(row => row is not null);
            if (first == 0 && waiting > 0)
            {
                started = Stopwatch.GetTimestamp();
            }

            waiting = first;
        }

        return tokens / Stopwatch.GetElapsedTime(started, ended).TotalSeconds;
    }
}
