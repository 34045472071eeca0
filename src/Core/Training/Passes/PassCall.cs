using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Naming;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Losses;
using CoLA.Core.Training.Sites;
using CoLA.Core.Training.State;

namespace CoLA.Core.Training.Passes;

/// <summary>What one call asks of training passes, how far they have come with it, and what came of it.</summary>
internal sealed class PassCall
{
    private readonly IReadOnlyDictionary<TaskName, TaskState> _tasks;
    private readonly IReadOnlyList<EncodedExample> _examples;
    private readonly Dictionary<TaskName, double> _weights;
    private readonly Dictionary<TaskName, int> _seen = []; // rows of each task that were taken
    private readonly EncodedExample[][] _waiting; // rows, and pairs of rows, in the order of their tasks
    private int _taken;

    /// <param name="pool">The session's pool.</param>
    /// <param name="tasks">The session's tasks.</param>
    /// <param name="examples">Those without a task take no part.</param>
    /// <param name="loss">Cross-entropy where it is null.</param>
    public PassCall(PoolState pool, IReadOnlyDictionary<TaskName, TaskState> tasks, IReadOnlyList<EncodedExample> examples, LossSpec? loss = null)
    {
        Pool = pool;
        Loss = loss ?? CrossEntropyLoss.Instance;
        _tasks = tasks;
        _examples = [.. examples.Where(example => example.Task is not null)];
        _waiting = [.. _examples.Where(row => row.Weight > 0).GroupBy(row => row.Task).SelectMany(Indivisible)];

        // Known before the first micro-batch, so that a task's gradient does not depend on the cut.
        _weights = _examples.GroupBy(example => example.Task!.Value).ToDictionary(rows => rows.Key, rows => rows.Sum(Loss.WeightOf));
        Losses = _weights.Keys.ToDictionary(task => task, _ => new TaskLoss(0, 0, 0));
    }

    public PoolState Pool { get; }

    public LossSpec Loss { get; }

    /// <summary>Where random couplings draw from in this step; its absence means their mean, as they are served.</summary>
    public Func<TaskName, Draws?> DrawsOf { get; set; } = _ => null;

    /// <summary>Whether tasks drop out of what their adapters read, as in a training step.</summary>
    public bool DropsOut { get; init; }

    /// <summary>What a task's gradient is divided by, from its weight in all examples; by default that weight.</summary>
    public Func<TaskName, double, double> NormaliserOf { get; set; } = (_, weight) => weight;

    /// <summary>Every task with examples; tasks whose weight is zero have a loss of zero.</summary>
    public Dictionary<TaskName, TaskLoss> Losses { get; }

    /// <summary>Log-probabilities of each row's tokens that count; rows without weight are not among them.</summary>
    public Dictionary<EncodedExample, float[]> LogProbabilities { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Tokens of the rows that take part: rows without weight do not.</summary>
    public long Tokens => _waiting.Sum(rows => (long)TokensOf(rows));

    /// <summary>Every row was taken.</summary>
    public bool IsTaken => _taken == _waiting.Length;

    /// <summary>Whether the CPU's kernels know all that its tasks need.</summary>
    public bool FitsKernels => PoolParts.FitKernels(Pool, Losses.Keys.Select(task => _tasks[task])) && !(DropsOut && Losses.Keys.Any(task => _tasks[task].Dropout > 0));

    /// <summary>
    /// The next rows, of at most <paramref name="tokens"/> together (a longer one goes alone where <paramref name="any"/>
    /// will do), a pair never in two. Rows of one task come together, in the order they were sent.
    /// </summary>
    public IReadOnlyList<EncodedExample> Take(int tokens, bool any)
    {
        var rows = new List<EncodedExample>();
        for (; !IsTaken && (TokensOf(_waiting[_taken]) <= tokens || (any && rows.Count == 0)); _taken++)
        {
            rows.AddRange(_waiting[_taken]);
            tokens -= TokensOf(_waiting[_taken]);
        }

        return rows;
    }

    /// <summary>The stretch of a batch that is made of <paramref name="rows"/>; asked once for each row, in the order they were taken.</summary>
    public PoolParts PartsOf(IReadOnlyList<EncodedExample> rows)
    {
        var parts = new List<TrainingPart>();
        foreach (var group in rows.GroupBy(row => row.Task!.Value, row => row.Ids.Count))
        {
            int[] lengths = [.. group];
            var first = _seen.GetValueOrDefault(group.Key);
            var masks = DropsOut ? _tasks[group.Key].MasksOf(first, lengths) : null;
            parts.Add(new TrainingPart(_tasks[group.Key], lengths.Sum(), DrawsOf(group.Key), masks));
            _seen[group.Key] = first + lengths.Length;
        }

        return new PoolParts(Pool, parts);
    }

    /// <summary>Rows of a task that were taken.</summary>
    public int RowsOf(TaskName task) => _seen.GetValueOrDefault(task);

    /// <summary>What a task's slopes are divided by.</summary>
    public double DivisorOf(TaskName task) => NormaliserOf(task, _weights[task]);

    private static int TokensOf(EncodedExample[] rows) => rows.Sum(row => row.Ids.Count);

    /// <summary>Rows one by one, and pairs as they are.</summary>
    private static IEnumerable<EncodedExample[]> Indivisible(IEnumerable<EncodedExample> rows)
    {
        EncodedExample? chosen = null;
        foreach (var row in rows)
        {
            if (row.IsChosen)
            {
                chosen = row;
            }
            else
            {
                yield return chosen is null ? [row] : [chosen, row];
                chosen = null;
            }
        }
    }
}
