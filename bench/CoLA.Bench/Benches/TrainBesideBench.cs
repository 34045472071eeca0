using System.CommandLine;
using CoLA.Bench.Measures;
using CoLA.Bench.Worlds;
using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Naming;

namespace CoLA.Bench.Benches;

/// <summary>Rows that decode while a session trains: how long they wait for a token at worst, and what the session gets done.</summary>
internal sealed class TrainBesideBench() : ModelBench(
    "train-beside", "8 decoding rows beside a session that trains 8 tasks x 128 tokens", new Bar("beside", 2, AtMost: true), new Bar("besideTraining", 0.2))
{
    private const int Rows = 8;
    private const int Tokens = 128;
    private const int PromptTokens = 32;
    private const int NewTokens = 400;
    private const double Late = 0.99;

    protected override async Task MeasureAsync(BenchRun run, ParseResult parse, CancellationToken cancellation)
    {
        await using var world = run.Open();
        var pool = await world.MakePoolAsync("beside", 2);
        var tasks = await world.MakeTasksAsync(pool, "beside", Rows, Strategy.Heuristic, 3);
        var session = await TrainingRun.OpenAsync(world, pool, tasks, frozen: false);
        var examples = tasks.Select((task, at) => world.Row(task, Tokens, at)).ToArray();
        async Task<double> GapAsync()
        {
            var gaps = (await world.RunAsync([.. new TaskName?[Rows].Select(task => world.NewRow(task, PromptTokens, NewTokens))])).Gaps();
            return gaps[(int)(Late * (gaps.Length - 1))];
        }

        var trained = 0d;
        async Task<double> BesideAsync()
        {
            var rows = GapAsync();
            var (seconds, steps) = (0d, 0);
            while (!rows.IsCompleted)
            {
                seconds += await session.StepAsync(examples, cancellation);
                steps++;
            }

            trained = steps * Rows * Tokens / seconds;
            return await rows;
        }

        var rounds = await Rounds.RunAsync(
            run,
            "rounds",
            ("idleGap", GapAsync),
            ("trainingAlone", async () => Rows * Tokens / await session.StepAsync(examples, cancellation)),
            ("besideGap", BesideAsync),
            ("trainingBeside", () => Task.FromResult(trained)));
        run.Figures["idleP99Seconds"] = rounds.Median("idleGap");
        run.Figures["besideP99Seconds"] = rounds.Median("besideGap");
        run.Figures["trainingAloneTokensPerSecond"] = rounds.Median("trainingAlone");
        run.Figures["trainingBesideTokensPerSecond"] = rounds.Median("trainingBeside");
        run.Ratios["beside"] = _ => rounds.Median(round => round["besideGap"] / round["idleGap"]);
        run.Ratios["besideTraining"] = _ => rounds.Median(round => round["trainingBeside"] / round["trainingAlone"]);
    }
}
