using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Naming;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Losses;
using CoLA.Core.Training.Sites;
using CoLA.Core.Training.State;

namespace CoLA.Core.Training.Passes;

/// <summary>
/// One call of a session on its way through training passes: its rows, how many of them passes have taken, and the losses
/// so far. By itself it evaluates; <see cref="GradientCall"/> makes gradients too.
/// </summary>
internal class PassCall
{
    private readonly IReadOnlyList<EncodedExample> _examples;
    private readonly Dictionary<TaskName, double> _weights;
    private readonly Dictionary<TaskName, int> _seen = []; // rows of each task that passes have taken
    private readonly EncodedExample[][] _waiting; // rows, and pairs of rows, in the order of their tasks
    private int _taken;

    /// <param name="pool">The session's pool.</param>
    /// <param name="tasks">The session's tasks.</param>
    /// <param name="examples">Those without a task take no part.</param>
    /// <param name="loss">Cross-entropy where it is null.</param>
    public PassCall(PoolState pool, IReadOnlyDictionary<TaskName, TaskState> tasks, IReadOnlyList<EncodedExample> examples, LossSpec? loss = null)
    {
        Pool = pool;
        Tasks = tasks;
        Loss = loss ?? CrossEntropyLoss.Instance;
        _examples = [.. examples.Where(example => example.Task is not null)];
        _waiting = [.. _examples.Where(row => row.Weight > 0).GroupBy(row => row.Task).SelectMany(Indivisible)];

        // Known before the first micro-batch, so that a task's gradient does not depend on the cut.
        _weights = _examples.GroupBy(example => example.Task!.Value).ToDictionary(rows => rows.Key, rows => rows.Sum(Loss.WeightOf));
        Losses = _weights.Keys.ToDictionary(task => task, _ => new TaskLoss(0, 0, 0));
    }

    public PoolState Pool { get; }

    public LossSpec Loss { get; }

    /// <summary>Where random couplings draw from in this call; null for a task means the mean of its draws, as it is served.</summary>
    public Func<TaskName, Draws?> DrawsOf { get; init; } = _ => null;

    /// <summary>What a task's gradient is divided by, from its weight in all examples; by default that weight.</summary>
    public Func<TaskName, double, double> NormaliserOf { get; init; } = (_, weight) => weight;

    /// <summary>Whether the caller asked for the log-probabilities of its labelled tokens.</summary>
    public bool GivesLogProbabilities { get; init; }

    /// <summary>The call's rows in the micro-batch that runs.</summary>
    public IReadOnlyList<EncodedExample> Rows { get; private set; } = [];

    /// <summary>Tokens of <see cref="Rows"/>.</summary>
    public int RowTokens { get; private set; }

    /// <summary>Every task with examples; tasks whose weight is zero have a loss of zero.</summary>
    public Dictionary<TaskName, TaskLoss> Losses { get; }

    /// <summary>Log-probabilities of each row's labelled tokens; rows without weight are not among them.</summary>
    public Dictionary<EncodedExample, float[]> LogProbabilities { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Tokens of the rows that take part: rows without weight do not.</summary>
    public long Tokens => _waiting.Sum(rows => (long)TokensOf(rows));

    /// <summary>Whether passes have taken every row.</summary>
    public bool IsTaken => _taken == _waiting.Length;

    /// <summary>Whether the CPU's kernels can compute all that its tasks need.</summary>
    public bool FitsKernels =>
        PoolRows.FitKernels(Pool, Losses.Keys.Select(task => Tasks[task])) && !(DropsOut && Losses.Keys.Any(task => Tasks[task].Dropout > 0));

    protected IReadOnlyDictionary<TaskName, TaskState> Tasks { get; }

    /// <summary>Whether tasks drop out features of what their adapters read.</summary>
    protected virtual bool DropsOut => false;

    /// <summary>
    /// Takes the rows of the next micro-batch: at most <paramref name="tokens"/> tokens together. A longer row goes alone
    /// where <paramref name="any"/> is true. A pair is never divided. Rows of one task stay together, in the order they were sent.
    /// </summary>
    public void Take(int tokens, bool any)
    {
        var rows = new List<EncodedExample>();
        for (; !IsTaken && (TokensOf(_waiting[_taken]) <= tokens || (any && rows.Count == 0)); _taken++)
        {
            rows.AddRange(_waiting[_taken]);
            tokens -= TokensOf(_waiting[_taken]);
        }

        Rows = rows;
        RowTokens = TokensOf(rows);
    }

    /// <summary>Divides <see cref="Rows"/> by task; once for each micro-batch.</summary>
    public PoolRows RowsByTask()
    {
        var tasks = new List<TaskRows>();
        foreach (var group in Rows.GroupBy(row => row.Task!.Value, row => row.Ids.Count))
        {
            int[] lengths = [.. group];
            var first = _seen.GetValueOrDefault(group.Key);
            var masks = DropsOut ? Tasks[group.Key].MasksOf(first, lengths) : null;
            tasks.Add(new TaskRows(Tasks[group.Key], lengths.Sum(), DrawsOf(group.Key), masks));
            _seen[group.Key] = first + lengths.Length;
        }

        return new PoolRows(Pool, tasks);
    }

    /// <summary>Rows of a task that passes have taken.</summary>
    public int TakenOf(TaskName task) => _seen.GetValueOrDefault(task);

    /// <summary>What the derivatives of a task's loss are divided by.</summary>
    public double DivisorOf(TaskName task) => NormaliserOf(task, _weights[task]);

    /// <summary>What the call reports of its losses.</summary>
    public LossReport Report() => new([.. Losses.Select(loss => new TaskLossReport(loss.Key, loss.Value))], Tokens, LogProbabilitiesByExample());

    /// <summary>Null where the caller did not ask; empty for an example without weight.</summary>
    protected IReadOnlyList<IReadOnlyList<float>>? LogProbabilitiesByExample() => GivesLogProbabilities
        ? [.. _examples.GroupBy(row => row.Place).Select(rows => rows.SelectMany(row => LogProbabilities.GetValueOrDefault(row) ?? []).ToArray())]
        : null;

    private static int TokensOf(IEnumerable<EncodedExample> rows) => rows.Sum(row => row.Ids.Count);

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
