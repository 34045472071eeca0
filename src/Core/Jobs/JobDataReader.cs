using System.Globalization;
using System.Text.RegularExpressions;
using CoLA.Core.Data;
using CoLA.Core.Data.Examples;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Losses;

namespace CoLA.Core.Jobs;

/// <summary>Reads all sources of a job, splits them, and checks every example as a training step would.</summary>
internal sealed partial class JobDataReader(ExampleEncoder encoder, JobDirectory directory)
{
    /// <summary>The most bytes of a file.</summary>
    public const long Limit = 256L << 20;

    /// <summary>The most faults that a refusal names.</summary>
    private const int MaximumFaults = 10;

    /// <param name="tasks">The job's tasks.</param>
    /// <param name="sources">Where the examples come from.</param>
    /// <param name="reading">How files are read.</param>
    /// <param name="heldOut">The most held-out examples of each task that are kept.</param>
    /// <exception cref="InvalidArgumentRejection">A file or an example is faulty, or a task has no training examples.</exception>
    public JobData Read(IReadOnlyList<TaskName> tasks, IReadOnlyList<JobSource> sources, DataReading reading, int heldOut)
    {
        var training = tasks.Distinct().ToDictionary(task => task, _ => new List<Example>());
        var evaluation = training.Keys.ToDictionary(task => task, _ => new List<Example>());
        var streamed = 0;
        foreach (var source in sources)
        {
            switch (source)
            {
                case JobExamples { Examples: var examples, HeldOut: var isHeldOut }:
                    AddTo(examples, isHeldOut ? evaluation : training, streamed);
                    streamed += examples.Count;
                    break;
                case JobFile file:
                    AddFile(file.Task, DataSetReader.Read(file.Name, file.Content, reading.Options), file.Name);
                    break;
                case JobServerFile file:
                    AddFile(file.Task, DataSetReader.Read(file.Path, directory.Read(file.Path, Limit), reading.Options), file.Path);
                    break;
            }
        }

        InvalidArgumentRejection.ThrowIfAny([.. tasks.Index()
            .Where(task => training[task.Item].Count == 0)
            .Select(task => new FieldViolation(
                $"tasks[{task.Index}]", $"{task.Item} has no examples to train on; send some, or name a file below the server's data directory"))]);
        return new JobData([.. training.Select(task => new JobTaskData(task.Key, task.Value, [.. evaluation[task.Key].Take(heldOut)]))]);

        void AddFile(TaskName task, DataSet data, string name)
        {
            RequireNamed(task, name);
            Check([.. data.Items.Select(item => new TrainingExample(task, item.Example))], at => $"{name}, item {at + 1}");
            var split = data.Split(reading.Seed, reading.Training);
            training[task].AddRange(split.Training.Select(item => item.Example));
            evaluation[task].AddRange(split.HeldOut.Select(item => item.Example));
        }

        void RequireNamed(TaskName task, string field)
        {
            if (!training.ContainsKey(task))
            {
                throw new InvalidArgumentRejection(field, $"belongs to {task}, which is not a task of this job");
            }
        }

        void AddTo(IReadOnlyList<TrainingExample> examples, Dictionary<TaskName, List<Example>> to, int first)
        {
            foreach (var (at, example) in examples.Index())
            {
                RequireNamed(example.Task, $"examples[{first + at}].task");
                to[example.Task].Add(example.Content);
            }

            Check(examples, at => $"examples[{first + at}]");
        }
    }

    private void Check(IReadOnlyList<TrainingExample> examples, Func<int, string> place)
    {
        if (examples.Count == 0)
        {
            return;
        }

        IReadOnlyList<FieldViolation> faults;
        try
        {
            faults = [.. encoder.Encode(examples)
                .Select(row => (row.Place, Problem: CrossEntropyLoss.Instance.ProblemOf(row)))
                .Where(row => row.Problem is not null)
                .DistinctBy(row => row.Place)
                .Select(row => new FieldViolation($"examples[{row.Place}]", row.Problem!))];
        }
        catch (InvalidArgumentRejection faulty)
        {
            faults = faulty.Violations;
        }

        Throw([.. faults.Select(fault => fault with
        {
            Field = Indexed().Replace(fault.Field, match => place(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))),
        })]);
    }

    /// <summary>Names the first faults, and how many more there are.</summary>
    private static void Throw(IReadOnlyList<FieldViolation> faults) => InvalidArgumentRejection.ThrowIfAny(faults.Count <= MaximumFaults
        ? faults
        : [.. faults.Take(MaximumFaults), new FieldViolation("examples", $"{faults.Count - MaximumFaults} more are faulty")]);

    [GeneratedRegex(@"^examples\[([0-9]+)\]", RegexOptions.CultureInvariant)]
    private static partial Regex Indexed();
}
