using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using CoLA.Client;
using CoLA.Client.Training;
using CoLA.V1;

namespace CoLA.Cli.Training;

/// <summary>Opens a session, steps it to the end of the plan, publishes, and closes it; whatever happens, it closes it.</summary>
internal sealed class TrainingRun(ColaClient client, TrainingPlan plan, Terminal terminal)
{
    private readonly Dictionary<string, LossCurve> _losses = plan.Tasks.ToDictionary(task => task.Name, _ => new LossCurve(), StringComparer.Ordinal);
    private readonly List<string> _states = [];
    private long _tokens;
    private TimeSpan _elapsed;

    public async Task<TrainingOutcome> RunAsync(CancellationToken cancellation)
    {
        await using var session = await client.Training.OpenAsync(plan.OpenRequest(), cancellationToken: cancellation);
        await ProgressBars.RunAsync(terminal, bars => StepAsync(session, bars, cancellation));
        var published = plan.Publish ? await session.PublishAsync(serve: plan.Serve, cancellationToken: cancellation) : null;
        await session.CloseAsync(cancellationToken: cancellation);
        return new TrainingOutcome(_losses, _tokens, _elapsed, _states, published);
    }

    private async Task StepAsync(TrainingSession session, ProgressBars bars, CancellationToken cancellation)
    {
        var all = bars.Add("training", plan.Steps);
        var ofTask = plan.Tasks.ToDictionary(task => task.Name, task => bars.Add(ResourceNames.Short(task.Name), plan.Steps), StringComparer.Ordinal);
        ExampleOrder[] orders = [.. plan.Tasks.Select(task => new ExampleOrder(task, plan.Seed))];
        var started = terminal.Time.GetTimestamp();
        for (var step = 1; step <= plan.Steps; step++)
        {
            var response = await session.StepAsync(orders.SelectMany(order => order.Take(plan.BatchPerTask)), cancellationToken: cancellation);
            _elapsed = terminal.Time.GetElapsedTime(started);
            _tokens += response.Tokens;
            foreach (var task in response.Tasks)
            {
                _losses[task.Task].Add(task);
                ofTask[task.Task].Advance(_losses[task.Task].ToString());
            }

            all.Advance($"{_tokens / Math.Max(_elapsed.TotalSeconds, 1e-9):0} tokens/s");
            await SaveAsync(session, response, cancellation);
        }
    }

    private async Task SaveAsync(TrainingSession session, TrainStepResponse step, CancellationToken cancellation)
    {
        if (plan.SaveEvery is { } every && step.Sequence % every == 0)
        {
            _states.Add((await session.SaveStateAsync(cancellationToken: cancellation)).State);
        }
    }
}
