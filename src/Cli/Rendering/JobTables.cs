using System.Globalization;
using CoLA.Cli.Naming;
using CoLA.V1;
using Spectre.Console;

namespace CoLA.Cli.Rendering;

/// <summary>Jobs as people see them.</summary>
internal static class JobTables
{
    public static Table List(IEnumerable<Job> jobs)
    {
        var table = Tables.New("job", "state", "step", "of", "tasks", "submitted", "ended").RightAligned(2, 3);
        foreach (var job in jobs)
        {
            table.AddTextRow(
                ResourceNames.Short(job.Name),
                State(job),
                $"{job.Step}",
                $"{job.Steps}",
                TasksOf(job),
                Tables.When(job.CreateTime),
                Tables.When(job.EndTime));
        }

        return table;
    }

    public static Table Facts(Job job) => Tables.Facts(
    [
        ("job", job.Name),
        ("state", State(job)),
        .. job.Failure.Length > 0 ? [("failure", job.Failure)] : Array.Empty<(string, string)>(),
        ("pool", ResourceNames.Short(job.Pool)),
        ("tasks", TasksOf(job)),
        ("step", $"{job.Step} of {job.Steps}{(job.StoppedEarly ? ", stopped early" : "")}"),
        ("checkpoint", $"step {job.CheckpointStep}"),
        .. job.HasBestStep
            ? [("lowest held-out loss", string.Create(CultureInfo.InvariantCulture, $"{job.BestLoss:0.000} after step {job.BestStep}"))]
            : Array.Empty<(string, string)>(),
        ("published", job.Published is { } published ? string.Join(", ", published.Tasks.Select(task => ResourceNames.Short(task.Version))) : "nothing"),
        ("submitted", Tables.When(job.CreateTime)),
        ("started", Tables.When(job.StartTime)),
        ("ended", Tables.When(job.EndTime)),
    ]);

    private static string State(Job job) => EnumWords.Of(job.State);

    private static string TasksOf(Job job) => string.Join(", ", job.Tasks.Select(task => ResourceNames.Short(task.Task)));
}
