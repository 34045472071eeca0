using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Forward;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Adapters.Resident;
using CoLA.Core.Model;
using CoLA.Core.Weights;
using CoLA.TestKit;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Adapters;

/// <summary>A new task computes exactly the base model, for every strategy, M, N and r. The test evaluates the formula directly.</summary>
public sealed class NewTaskTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Checkpoint _checkpoint;
    private readonly CausalLanguageModel _model;

    public NewTaskTests()
    {
        _checkpoint = Checkpoint.Open(RandomModel.Write(_directory));
        _model = CausalLanguageModel.Load(_checkpoint, CPU);
    }

    public static TheoryData<Initialisation, Strategy, int, int, int> Grid
    {
        get
        {
            var grid = new TheoryData<Initialisation, Strategy, int, int, int>();
            var shapes = from initialisation in Enum.GetValues<Initialisation>()
                         from strategy in Enum.GetValues<Strategy>()
                         from m in new[] { 1, 2, 3 }
                         from n in new[] { 1, 3, 5 }
                         from rank in new[] { 1, 4 }
                         select (initialisation, strategy, m, n, rank);
            foreach (var (initialisation, strategy, m, n, rank) in shapes.Where(shape => IsAllowed(shape.initialisation, shape.strategy, shape.m, shape.n)))
            {
                grid.Add(initialisation, strategy, m, n, rank);
            }

            return grid;
        }
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void Fold_FreshHeads_ComputeTheBaseModel(Initialisation initialisation, Strategy strategy, int m, int n, int rank) =>
        AssertComputesTheBase(initialisation, strategy, m, n, rank, onFirst: true);

    [Theory]
    [InlineData(Strategy.Colora, 2, 1)]
    [InlineData(Strategy.Colora, 2, 3)]
    [InlineData(Strategy.HydraLora, 1, 3)]
    [InlineData(Strategy.MoeLora, 2, 2)]
    public void Fold_FreshHeadsOnALaterPoolVersion_ComputeTheBaseModel(Strategy strategy, int m, int n) =>
        AssertComputesTheBase(Initialisation.Gaussian, strategy, m, n, 4, onFirst: false);

    private void AssertComputesTheBase(Initialisation initialisation, Strategy strategy, int m, int n, int rank, bool onFirst)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var pool = new PoolSpec(Enum.GetValues<Target>(), m, rank, 16, initialisation, null, 3, SharedHead: strategy == Strategy.Colora);
        var task = new TaskSpec(strategy, n, 1);
        var initialiser = new PoolInitialiser(_model, pool);
        var matrices = initialiser.Empty();
        foreach (var unit in initialiser.Fill(matrices))
        {
            Assert.True(Enum.IsDefined(unit));
        }

        if (!onFirst)
        {
            using var generator = new Generator(5);
            matrices.A.Flat.add_(randn(matrices.A.Flat.shape, generator: generator), 0.1);
        }

        using var onDevice = new PoolOnDevice(_model, pool, matrices);
        using var heads = FreshHeads.Make(_model.Config, pool, task, matrices.Initial, onFirst, CPU);
        using var adapter = FoldedAdapter.Fold(_model, onDevice, task, heads, subtracts: true);

        var ids = tensor(new long[] { 72, 101, 108, 108, 111, 32, 119 });
        var plain = Logits(ids, NoAdapters.Instance);
        var adapted = Logits(ids, new SegmentAdapters([(7, adapter)]));

        Assert.InRange((adapted - plain).abs().max().item<float>(), 0, 1e-5f * plain.abs().max().item<float>());
        if (initialisation != Initialisation.Gaussian)
        {
            // Both terms are nonzero and cancel: without the subtraction the task is far from the base model.
            using var alone = FoldedAdapter.Fold(_model, onDevice, task, heads, subtracts: false);
            Assert.True((Logits(ids, new SegmentAdapters([(7, alone)])) - plain).abs().max().item<float>() > 1e-2f);
        }
    }

    public void Dispose()
    {
        _model.Dispose();
        _checkpoint.Dispose();
        _directory.Dispose();
    }

    private static bool IsAllowed(Initialisation initialisation, Strategy strategy, int m, int n) => strategy switch
    {
        Strategy.Lora => m == 1 && n == 1,
        Strategy.Adalora => m == 1 && n == 1 && initialisation != Initialisation.PissaSlices,
        Strategy.Heuristic or Strategy.HeuristicBalanced => n >= m,
        Strategy.Colora => initialisation == Initialisation.Gaussian,
        Strategy.HydraLora => m == 1 && initialisation != Initialisation.PissaSlices,
        Strategy.MoeLora => n == m && initialisation != Initialisation.PissaSlices,
        _ => initialisation != Initialisation.PissaSlices,
    };

    private Tensor Logits(Tensor ids, IAdapters adapters)
    {
        using var attention = new PackedAttention([(int)ids.shape[0]], _model.Config, CPU);
        return _model.Logits(_model.Hidden(ids, attention, adapters));
    }
}
