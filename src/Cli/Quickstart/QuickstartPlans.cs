using System.Text;
using CoLA.Cli.Failures;
using CoLA.Core.Data;
using CoLA.Core.Data.Examples;
using CoLA.Models.Skills;
using CoLA.V1;

namespace CoLA.Cli.Quickstart;

/// <summary>The two quickstarts: cola-tiny with skills that it has never seen, and any model with the user's own files.</summary>
internal static class QuickstartPlans
{
    private const int A = 2;

    private static readonly string[] Tenants = ["alder", "birch", "cedar"];

    private static readonly string[] Skills = ["capital", "inner", "shout", "turnback", "ends", "backwards"];

    /// <summary>One of each kind that a pool with several A takes.</summary>
    private static readonly TaskSpec[] Specs =
    [
        new() { Strategy = Strategy.Full, N = 1 },
        new() { Strategy = Strategy.Heuristic, N = 2 },
        new() { Strategy = Strategy.HeuristicBalanced, N = 3 },
        new() { Strategy = Strategy.Random, N = 2 },
        new() { Strategy = Strategy.RandomReversed, N = 2 },
        new() { Strategy = Strategy.Full, N = 2 },
    ];

    /// <summary>Six held-out skills, 32 examples each.</summary>
    public static QuickstartPlan OfSkills(string model, int? steps, ulong seed)
    {
        const int training = 32;
        const int heldOut = 50;
        const int warmUp = 10;
        var count = steps ?? 120;
        return new QuickstartPlan
        {
            Model = model,
            Pool = new PoolSpec { M = A, Rank = 4, Alpha = 8, Seed = (long)seed },
            Tasks = Deal(
                Skills.Select(name => SkillBook.HeldOut.Single(skill => skill.Name == name).DataSet(training + heldOut, seed)),
                data => data.Split(seed, training),
                seed),
            Steps = count,
            BatchPerTask = 4,
            Optimizer = Falling(3e-3, warmUp, count),
            Seed = seed,
        };
    }

    /// <summary>One task per file, named after it.</summary>
    /// <exception cref="UsageException">Two files make tasks of one name, or a file has no answers to judge.</exception>
    public static QuickstartPlan OfFiles(string model, IEnumerable<DataSet> files, int? steps, ulong seed)
    {
        const int warmUp = 10;
        var count = steps ?? 100;
        return new QuickstartPlan
        {
            Model = model,
            Pool = new PoolSpec { M = A, Rank = 8, Alpha = 16, Seed = (long)seed },
            Tasks = Deal(files, data => Judged(data, seed), seed),
            Steps = count,
            BatchPerTask = 8,

            // The first steps learn the form of the answers, with gradients that would weigh in the second moments for long.
            Optimizer = new AdamW(Falling(1e-3, warmUp, count)) { MaxGradientNorm = 1, Beta2 = 0.99 },
            Seed = seed,
        };
    }

    private static QuickstartTask[] Deal(IEnumerable<DataSet> data, Func<DataSet, DataSplit> split, ulong seed)
    {
        QuickstartTask[] tasks =
        [
            .. data.Select((set, place) => new QuickstartTask(
                Tenants[place % Tenants.Length],
                Id(set.Name),
                new TaskSpec(Specs[place % Specs.Length]) { Seed = (long)seed + place },
                split(set))),
        ];
        var twice = tasks.GroupBy(task => task.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1);
        return twice is null
            ? tasks
            : throw new UsageException($"two files make the task {twice.Key}", "Rename one of them: tasks are named after their files.");
    }

    private static DataSplit Judged(DataSet data, ulong seed)
    {
        const int heldOut = 50;
        var split = data.Split(seed);
        DataItem[] judged = [.. split.HeldOut.Where(item => item.Judgement is not null && item.Example is not ChatExample).Take(heldOut)];
        return judged.Length > 0
            ? split with { HeldOut = judged }
            : throw new UsageException(
                $"{data.Name} has no answers to judge, so there is nothing to show",
                "Train on it with `cola train`, or take a file of prompts and completions, choices or instructions.");
    }

    private static AdamW Falling(double learningRate, int warmUp, int steps) => new()
    {
        LearningRate = learningRate,
        Schedule = new Schedule { Kind = ScheduleKind.Linear, WarmupSteps = Math.Min(warmUp, steps), TotalSteps = steps },
    };

    /// <summary>The file's name as an id: a-z, 0-9 and '-'.</summary>
    private static string Id(string name)
    {
        const int longest = 63;
        var id = new StringBuilder();
        foreach (var letter in name.ToLowerInvariant())
        {
            id.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '-');
        }

        var trimmed = id.ToString().Trim('-');
        return trimmed.Length == 0 ? "task" : trimmed[..Math.Min(longest, trimmed.Length)].TrimEnd('-');
    }
}
