using CoLA.Cli.Curves;
using CoLA.Cli.Naming;
using CoLA.Cli.Plotting;
using CoLA.Cli.Rendering;
using CoLA.Client;
using CoLA.V1;

namespace CoLA.Cli.Jobs;

/// <summary>Watches a job from its first step to its end, with a bar for each task. However it ends, what was heard of the losses is drawn.</summary>
internal sealed class JobWatch(ColaClient client, PlotRequest plot, Terminal terminal)
{
    private double _seconds;
    private long _tokens;

    /// <summary>Told of everything that is heard.</summary>
    public Action<JobEvent>? Heard { get; init; }

    /// <exception cref="JobException">The job failed, or was cancelled.</exception>
    public async Task<TrainingOutcome> RunAsync(Job job, CancellationToken cancellation)
    {
        LossCurve[] losses = [.. job.Tasks.Select(task => new LossCurve(task.Task))];
        try
        {
            await ProgressBars.RunAsync(terminal, async bars => job = await WatchAsync(job, losses, bars, cancellation));
        }
        finally
        {
            plot.Draw(terminal, Outcome(job, losses));
        }

        var name = ResourceNames.Short(job.Name);
        return job.State switch
        {
            JobState.Failed => throw new JobException($"job {name} failed after step {job.Step}: {job.Failure}"),
            JobState.Cancelled => throw new JobException($"job {name} was cancelled after step {job.Step}"),
            _ => Outcome(job, losses),
        };
    }

    private TrainingOutcome Outcome(Job job, LossCurve[] losses) => new(job, losses, TimeSpan.FromSeconds(_seconds));

    private async Task<Job> WatchAsync(Job job, LossCurve[] losses, ProgressBars bars, CancellationToken cancellation)
    {
        var all = bars.Add("training", job.Steps);
        var ofTask = losses.ToDictionary(curve => curve.Task, curve => bars.Add(ResourceNames.Short(curve.Task), job.Steps), StringComparer.Ordinal);
        var byTask = losses.ToDictionary(curve => curve.Task, StringComparer.Ordinal);
        await foreach (var news in client.Jobs.WatchAsync(job.Name, cancellationToken: cancellation))
        {
            Heard?.Invoke(news);
            switch (news.EventCase)
            {
                case JobEvent.EventOneofCase.Job:
                    job = news.Job;
                    all.Set(job.Step, job.State == JobState.Queued ? "waits for its turn" : null);
                    break;
                case JobEvent.EventOneofCase.Step:
                    Add(news.Step, byTask, ofTask);
                    all.Set(news.Step.Step, $"{Sizes.Rate(_tokens / Math.Max(_seconds, 1e-9))} tokens/s");
                    break;
                case JobEvent.EventOneofCase.Evaluation:
                    foreach (var task in news.Evaluation.Tasks)
                    {
                        byTask[task.Task].Add(news.Evaluation.Step, task);
                    }

                    break;
            }
        }

        return job;
    }

    private void Add(JobStep step, Dictionary<string, LossCurve> byTask, Dictionary<string, ProgressBar> ofTask)
    {
        _seconds += step.Seconds;
        _tokens += step.Tokens;
        foreach (var task in step.Tasks)
        {
            byTask[task.Task].Add(step.Step, task);
            ofTask[task.Task].Set(step.Step, byTask[task.Task].ToString());
        }
    }
}
