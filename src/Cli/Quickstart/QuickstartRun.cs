using CoLA.Cli.Curves;
using CoLA.Cli.Evaluation;
using CoLA.Cli.Plotting;
using CoLA.Cli.Rendering;
using CoLA.Cli.Training;
using CoLA.Client;
using CoLA.Core.Configuration;
using CoLA.V1;

namespace CoLA.Cli.Quickstart;

/// <summary>
/// The main job from nothing: a pool, tasks of three tenants on it, one training of all of them together, and one mixed
/// batch served. Everything is said over gRPC.
/// </summary>
/// <param name="client">Calls as the platform.</param>
/// <param name="config">Of the base model that the server holds.</param>
/// <param name="plan">What to make.</param>
/// <param name="terminal">Who watches.</param>
internal sealed class QuickstartRun(ColaClient client, ModelConfig config, QuickstartPlan plan, Terminal terminal)
{
    public async Task<QuickstartResult> RunAsync(CancellationToken cancellation)
    {
        var started = terminal.Time.GetTimestamp();
        var pool = await MakePoolAsync(cancellation);
        await RegisterAsync(pool, cancellation);
        var before = await AccuraciesAsync("questions before training", cancellation);
        var training = await TrainAsync(pool, cancellation);
        var after = await AccuraciesAsync("questions after training", cancellation);
        var (answers, decodeTokensPerSecond) = await new MixedBatch(client, plan.Tasks, terminal.Time).RunAsync(cancellation);
        var bytes = new AdapterBytes(config, pool.Spec);
        return new QuickstartResult
        {
            Model = pool.BaseModel.Name,
            Tasks = [.. plan.Tasks.Select((task, place) => new QuickstartTaskResult(task, before[place], after[place], bytes.Task(task.Spec)))],
            MixedBatch = answers,
            TrainTokensPerSecond = training.TokensPerSecond,
            DecodeTokensPerSecond = decodeTokensPerSecond,
            PoolBytes = bytes.Pool,
            LoraBytes = bytes.Lora,
            Elapsed = terminal.Time.GetElapsedTime(started),
        };
    }

    private async Task<Pool> MakePoolAsync(CancellationToken cancellation)
    {
        var tenants = plan.Tasks.Select(task => task.Tenant).Distinct(StringComparer.Ordinal).ToArray();
        var request = new CreatePoolRequest
        {
            PoolId = QuickstartPlan.PoolId,
            Spec = plan.Pool,
            Sharing = new Sharing { Visibility = Visibility.Shared, Tenants = { tenants } },
        };
        var pool = await client.Pools.CreateAsync(request, cancellationToken: cancellation);
        terminal.Remark(
            $"[bold]{client.Tenant}[/] made a pool of {pool.Spec.M} A matrices of rank {pool.Spec.Rank} per target, shared with {string.Join(", ", tenants)}.");
        return pool;
    }

    private async Task RegisterAsync(Pool pool, CancellationToken cancellation)
    {
        foreach (var task in plan.Tasks)
        {
            var request = new RegisterTaskRequest
            {
                TaskId = task.Id,
                Pool = pool.Name,
                Spec = task.Spec,
                Grants =
                {
                    new Grant { Tenant = client.Tenant, Permissions = { Permission.Train, Permission.Publish, Permission.Generate } },
                },
            };
            await client.As(task.Tenant).Tasks.RegisterAsync(request, cancellationToken: cancellation);
            var kind = $"{Naming.EnumWords.Of(task.Spec.Strategy)}, N = {task.Spec.N}";
            terminal.Remark($"[bold]{task.Tenant}[/] registered {task.Id} ({kind}) and lets {client.Tenant} train, publish and generate.");
        }
    }

    private Task<TrainingOutcome> TrainAsync(Pool pool, CancellationToken cancellation)
    {
        var spec = new JobSpec
        {
            Pool = pool.Name,
            Tasks = { plan.Tasks.Select(task => new SessionTask { Task = task.Name, Optimizer = plan.Optimizer }) },
            SharedA = SharedA.Trainable,
            PoolOptimizer = plan.Optimizer,
            Steps = plan.Steps,
            BatchPerTask = plan.BatchPerTask,
            Seed = plan.Seed,
        };
        var training = new TrainingPlan(
            spec,
            [.. plan.Tasks.Select(task => new TrainingTask(task.Name, [.. task.Data.Training.Select(item => item.Example)], []))]);
        return new TrainingRun(client, training, PlotRequest.None, terminal).RunAsync(cancellation);
    }

    private async Task<IReadOnlyList<Accuracy>> AccuraciesAsync(string title, CancellationToken cancellation)
    {
        // All tasks in one list, so that every batch mixes them.
        var questions = Interleaved().ToList();
        IReadOnlyList<bool?> marks = [];
        await ProgressBars.RunAsync(terminal, async bars =>
        {
            var bar = bars.Add(title, questions.Count);
            marks = await new Examination(client).AskAsync(questions.ConvertAll(question => question.Question), bar, terminal.Time, cancellation);
        });
        return [.. plan.Tasks.Select((_, task) => Accuracy.Of([.. marks.Where((_, place) => questions[place].Task == task)]))];
    }

    private IEnumerable<(int Task, Question Question)> Interleaved()
    {
        for (var item = 0; item < plan.Tasks.Max(task => task.Data.HeldOut.Count); item++)
        {
            for (var task = 0; task < plan.Tasks.Count; task++)
            {
                if (item < plan.Tasks[task].Data.HeldOut.Count)
                {
                    yield return (task, new Question(new Source { Task = plan.Tasks[task].Name }, plan.Tasks[task].Data.HeldOut[item]));
                }
            }
        }
    }
}
