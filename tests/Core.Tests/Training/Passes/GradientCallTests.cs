using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Kernels;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Optimizers;
using CoLA.Core.Training.Passes;
using CoLA.Core.Training.State;
using CoLA.Core.Weights;
using CoLA.TestKit;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Training.Passes;

public sealed class GradientCallTests : IDisposable
{
    private static readonly TaskName North = new(new TenantId("t"), "north");
    private static readonly TaskName South = new(new TenantId("t"), "south");

    private readonly TemporaryDirectory _directory = new();
    private readonly Checkpoint _checkpoint;
    private readonly CausalLanguageModel _model;

    public GradientCallTests()
    {
        _checkpoint = Checkpoint.Open(RandomModel.Write(_directory));
        _model = CausalLanguageModel.Load(_checkpoint, CPU);
    }

    [Fact]
    public void Apply_TaskAbsentOrOfWeightZero_IsBitUnchangedMomentsIncluded()
    {
        using var session = Session(2, Initialisation.Gaussian, (North, Strategy.Heuristic, 3), (South, Strategy.Full, 2));
        Step(session, Rows((North, 5), (South, 6)));
        var before = Bits(session.Tasks[South]);

        Step(session, Rows((North, 7)));
        Assert.Equal(before, Bits(session.Tasks[South]));

        var away = Rows((South, 4)).Select(row => row with { Weights = [.. row.Weights.Select(_ => 0f)] });
        var report = Step(session, [.. Rows((North, 7)), .. away]);
        Assert.Equal(before, Bits(session.Tasks[South]));
        Assert.Null(report.Tasks.Single(task => task.Task == South).Step);

        Step(session, Rows((South, 4)));
        Assert.NotEqual(before, Bits(session.Tasks[South]));
    }

    [Fact]
    public void Gradients_RowsOfWeightZero_ChangeNoBit()
    {
        using var session = Session(2, Initialisation.Gaussian, (North, Strategy.Heuristic, 3), (South, Strategy.Full, 2));
        var rows = Rows((North, 5), (South, 6), (North, 9));
        var plain = Gradients(session, rows, TrainingPass.DefaultTokenBudget);
        var silent = rows[1] with { Weights = [.. rows[1].Weights.Select(_ => 0f)] };
        var withSilent = Gradients(session, [silent, .. rows], TrainingPass.DefaultTokenBudget);

        Assert.Equal(plain, withSilent);
    }

    [Fact]
    public void Gradients_CutIntoMicroBatches_AreTheSame()
    {
        using var session = Session(3, Initialisation.Pissa, (North, Strategy.Random, 3), (South, Strategy.HeuristicBalanced, 5));
        var rows = Rows((North, 5), (South, 6), (North, 9), (South, 3), (North, 2), (South, 12));

        var whole = Gradients(session, rows, TrainingPass.DefaultTokenBudget);
        var cut = Gradients(session, rows, 10);
        var again = Gradients(session, rows, 10);

        Assert.Equal(cut, again);
        var largest = whole.Max(Math.Abs);
        Assert.All(whole.Zip(cut), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 3e-6 * largest));
    }

    [Fact]
    public void Gradients_NeighboursInTheBatch_DoNotReachATasksHeads()
    {
        using var session = Session(2, Initialisation.PissaSlices, (North, Strategy.Heuristic, 3), (South, Strategy.Heuristic, 2));
        var alone = HeadGradient(session, Rows((North, 5)), North);
        var together = HeadGradient(session, [.. Rows((South, 9)), .. Rows((North, 5))], North);

        var largest = alone.Max(Math.Abs);
        Assert.All(alone.Zip(together), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 3e-6 * largest));
    }

    [Fact]
    public void Accumulate_BatchInTwoCalls_IsTheBatchInOne()
    {
        using var session = Session(2, Initialisation.Pissa, (North, Strategy.Random, 3), (South, Strategy.Full, 2));
        var rows = Rows((North, 5), (South, 6), (North, 9), (South, 3));
        var weights = rows.GroupBy(row => row.Task!.Value).ToDictionary(group => group.Key, group => group.Sum(row => row.Weight));
        var whole = Gradients(session, rows, TrainingPass.DefaultTokenBudget);

        foreach (var half in rows.Chunk(2))
        {
            var step = new GradientCall(_model, session.Pool, session.Tasks, half) { NormaliserOf = (task, _) => weights[task] };
            Run(step.Gradients());
            step.Accumulate();
        }

        float[] split = [.. session.Pool.A.Accumulated!.data<float>(), .. session.Tasks.Values.SelectMany(
            task => task.Heads.Accumulated!.data<float>().ToArray())];
        var largest = whole.Max(Math.Abs);
        Assert.All(whole.Zip(split), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 3e-6 * largest));
    }

    [Fact]
    public void Accumulate_ThenOptimizerStep_HasTheBitsOfOneStep()
    {
        using var one = Session(2, Initialisation.Gaussian, (North, Strategy.Heuristic, 3), (South, Strategy.RandomReversed, 2));
        using var two = Session(2, Initialisation.Gaussian, (North, Strategy.Heuristic, 3), (South, Strategy.RandomReversed, 2));
        var rows = Rows((North, 5), (South, 6));
        for (var step = 0; step < 3; step++)
        {
            Step(one, rows);
            var gradients = new GradientCall(_model, two.Pool, two.Tasks, rows);
            Run(gradients.Gradients());
            gradients.Accumulate();
            new WeightUpdate(two.Pool, two.Tasks, new OptimStepSpec(), _model.Team).Apply();
        }

        Assert.Equal(Bits(one.Tasks[North]), Bits(two.Tasks[North]));
        Assert.Equal(Bits(one.Tasks[South]), Bits(two.Tasks[South]));
        Assert.Equal(one.Pool.A.Weights.Flat.data<float>().ToArray(), two.Pool.A.Weights.Flat.data<float>().ToArray());
    }

    [Fact]
    public void Gradients_AbandonedAfterAnyUnit_LeaveNoTrace()
    {
        using var session = Session(2, Initialisation.Gaussian, (North, Strategy.Heuristic, 3), (South, Strategy.Full, 2));
        Run(Accumulated(session, Rows((North, 4))));
        float[] All() =>
        [
            .. Bits(session.Tasks[North]), .. Bits(session.Tasks[South]), .. session.Pool.A.Weights.Flat.data<float>(),
            .. session.Pool.A.Accumulated!.data<float>(), .. session.Tasks[North].Heads.Accumulated!.data<float>(),
        ];
        var before = All();
        var units = new GradientCall(_model, session.Pool, session.Tasks, Rows((North, 5), (South, 6))).Gradients().Count();

        for (var unit = 1; unit <= units; unit++)
        {
            Run(new GradientCall(_model, session.Pool, session.Tasks, Rows((North, 5), (South, 6))).Gradients().Take(unit));
            Assert.Equal(before, All());
            Assert.Null(session.Tasks[South].Heads.Accumulated);
        }
    }

    [Fact]
    public void Apply_ClippedTask_MovesByTheLimitedGradient()
    {
        using var session = Session(1, Initialisation.Gaussian, (North, Strategy.Lora, 1));
        var step = new GradientCall(_model, session.Pool, session.Tasks, Rows((North, 8)));
        Run(step.Gradients());
        var heads = session.Tasks[North].Heads;
        var norm = heads.Gradient!.norm().item<float>();
        Tensor Moved(KernelTeam? team, Tensor gradient, double? maximum)
        {
            // An epsilon beside which the gradient's size matters: AdamW's step alone would not show it.
            using var optimizer = new AdamW(new OptimizerSpec(1e-2, Epsilon: norm / 100, WeightDecay: 0.1, MaximumGradientNorm: maximum), heads.Weights.Flat);
            var weights = heads.Weights.Flat.clone() + 1;
            optimizer.Apply(weights, gradient.clone(), norm, team);
            optimizer.Apply(weights, gradient.clone(), norm, team);
            return weights;
        }

        var expected = Moved(null, heads.Gradient! / 4, null);
        Assert.InRange((Moved(null, heads.Gradient!, norm / 4) - expected).abs().max().item<float>(), 0, 1e-6f);
        Assert.InRange((Moved(_model.Team, heads.Gradient!, norm / 4) - expected).abs().max().item<float>(), 0, 1e-6f);
        Assert.InRange((Moved(_model.Team, heads.Gradient!, null) - expected).abs().max().item<float>(), 1e-4f, 1);
    }

    [Fact]
    public void Apply_SlicesPoolWithTwoMatrices_ReachesARankAboveR()
    {
        using var session = Session(2, Initialisation.PissaSlices, (North, Strategy.Heuristic, 2));
        var spec = session.Pool.Spec;
        using var before = Product(session, North);
        for (var step = 0; step < 20; step++)
        {
            Step(session, Rows((North, 8 + step % 5), (North, 11)));
        }

        using var after = Product(session, North);
        using var change = after - before;
        var singular = linalg.svdvals(change);
        var rank = singular.greater(singular[0] * 1e-3).sum().item<long>();
        Assert.True(rank > spec.Rank, $"numerical rank {rank}, r = {spec.Rank}");
    }

    [Fact]
    public void Apply_ManySteps_LeaveNoTensorBehind()
    {
        using var session = Session(2, Initialisation.Pissa, (North, Strategy.Random, 3), (South, Strategy.Full, 2));
        Step(session, Rows((North, 5), (South, 6)));
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var step = 0; step < 5; step++)
        {
            Step(session, Rows((North, 5), (South, 6)));
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    public void Dispose()
    {
        _model.Dispose();
        _checkpoint.Dispose();
        _directory.Dispose();
    }

    private static void Run(IEnumerable<Core.Work.Unit> units)
    {
        foreach (var unit in units)
        {
            Assert.True(Enum.IsDefined(unit));
        }
    }

    private static float[] Bits(TaskState task)
    {
        using var scope = NewDisposeScope();
        return
        [
            .. task.Heads.Weights.Flat.data<float>(),
            .. task.Optimizer.FirstMoment.data<float>(),
            .. task.Optimizer.SecondMoment.data<float>(),
            task.Optimizer.Step,
        ];
    }

    private static IReadOnlyList<EncodedExample> Rows(params (TaskName Task, int Length)[] rows) =>
    [
        .. rows.Select(row => new EncodedExample(
            row.Task,
            [.. Enumerable.Range(0, row.Length).Select(at => (at * 37 + row.Length * 11) % RandomModel.VocabularySize)],
            [.. Enumerable.Range(0, row.Length).Select(at => at % 3 == 0 ? 0f : 1f + at)])),
    ];

    private StepReport Step(SessionTensors session, IReadOnlyList<EncodedExample> rows)
    {
        var step = new GradientCall(_model, session.Pool, session.Tasks, rows);
        Run(step.Gradients());
        return step.Apply();
    }

    /// <summary>All gradients, each tensor's one behind the other.</summary>
    private float[] Gradients(SessionTensors session, IReadOnlyList<EncodedExample> rows, int budget)
    {
        using var scope = NewDisposeScope();
        Run(new GradientCall(_model, session.Pool, session.Tasks, rows).Gradients(budget));
        return
        [
            .. session.Pool.A.Gradient!.data<float>(),
            .. session.Tasks.Values.SelectMany(task => task.Heads.Gradient!.data<float>().ToArray()),
        ];
    }

    private IEnumerable<Core.Work.Unit> Accumulated(SessionTensors session, IReadOnlyList<EncodedExample> rows)
    {
        var step = new GradientCall(_model, session.Pool, session.Tasks, rows);
        foreach (var unit in step.Gradients())
        {
            yield return unit;
        }

        step.Accumulate();
    }

    private float[] HeadGradient(SessionTensors session, IReadOnlyList<EncodedExample> rows, TaskName task)
    {
        using var scope = NewDisposeScope();
        Run(new GradientCall(_model, session.Pool, session.Tasks, rows).Gradients());
        return session.Tasks[task].Heads.Gradient!.data<float>().ToArray();
    }

    /// <summary>The task's whole product at layer 0's down-projection: (out, in).</summary>
    private static Tensor Product(SessionTensors session, TaskName name)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var task = session.Tasks[name];
        var folded = Coupling.Fold(task.Heads.Leaf(0, Target.Down, MatrixKind.B)!, task.Coupling.Mean);
        var a = session.Pool.A.Weights.View(session.Pool.A.Weights.Layout.Find(0, Target.Down, MatrixKind.A)!).flatten(0, 1);
        return folded.t().matmul(a).MoveToOuterDisposeScope();
    }

    private SessionTensors Session(int m, Initialisation initialisation, params (TaskName Name, Strategy Strategy, int N)[] tasks)
    {
        var spec = new PoolSpec(Enum.GetValues<Target>(), m, 4, 8, initialisation, null, 1);
        var initialiser = new PoolInitialiser(_model, spec);
        var pool = initialiser.Empty();
        Run(initialiser.Fill(pool));
        var state = new PoolState(
            spec, TrainableMatrices.OfPool(pool.A, _model.Config, trained: true), pool.Initial, new AdamW(new OptimizerSpec(1e-2), pool.A.Flat));
        return new SessionTensors(state, tasks.ToDictionary(task => task.Name, task => MakeTask(spec, pool.Initial, task.Strategy, task.N)));
    }

    private TaskState MakeTask(PoolSpec pool, InitialProduct? initial, Strategy strategy, int n)
    {
        using var noGrad = no_grad();
        var spec = new TaskSpec(strategy, n, 3);
        var heads = FreshHeads.Make(_model.Config, pool, spec, initial, onFirst: true, CPU);
        using var generator = new Generator(2);
        using var noise = randn(heads.Flat.shape, generator: generator);
        heads.Flat.add_(noise, 0.05);
        return new TaskState(_model.Config, pool, spec, heads, initial is not null, new OptimizerSpec(1e-2));
    }
}
