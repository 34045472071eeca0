using CoLA.Cli.Data;
using CoLA.Client.Jobs;
using CoLA.V1;

namespace CoLA.Cli.Training;

/// <summary>A job to submit: what it does, and the examples that go with it.</summary>
/// <param name="Spec">It names the tasks, and the files of the server's.</param>
/// <param name="Tasks">Those whose examples are sent.</param>
internal sealed record TrainingPlan(JobSpec Spec, IReadOnlyList<TrainingTask> Tasks)
{
    public IEnumerable<SubmitJobRequest> Data()
    {
        var heldOut = Spec.Evaluation is null ? [] : Tasks.SelectMany(task => task.HeldOut.Select(example => ExampleMessages.Training(example, task.Name)));
        return JobParts.Examples(Tasks.SelectMany(task => task.Training.Select(example => ExampleMessages.Training(example, task.Name))))
            .Concat(JobParts.Examples(heldOut, heldOut: true));
    }
}
