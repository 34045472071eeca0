using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Forward;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Adapters.Resident;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Optimizers;
using CoLA.Core.Training.Passes;
using CoLA.Core.Training.Sites;
using CoLA.Core.Training.State;
using CoLA.Core.Weights;
using CoLA.TestKit;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Model;

/// <summary>Checks without an accelerator that every tensor has the model's device and dtype.</summary>
public sealed class DeviceTests : IDisposable
{
    private static readonly TaskName Task = new(new TenantId("t"), "task");
    private static readonly PoolSpec Pool = new(Enum.GetValues<Target>(), 2, 4, 8, Initialisation.Pissa, null, 1);

    private readonly TemporaryDirectory _directory = new();
    private readonly Checkpoint _checkpoint;

    public DeviceTests()
    {
        _checkpoint = Checkpoint.Open(RandomModel.Write(_directory));
    }

    [Theory]
    [InlineData(Strategy.Full)]
    [InlineData(Strategy.Heuristic)]
    [InlineData(Strategy.Random)]
    public void Layer_OnTheMetaDevice_ForwardAndBackwardStayOnIt(Strategy strategy)
    {
        // The meta device computes only shapes and refuses to mix with other devices, so it detects a tensor on another device.
        var meta = new Device(TorchSharp.DeviceType.META);
        using var scope = NewDisposeScope();
        using var model = CausalLanguageModel.Load(_checkpoint, meta, bfloat16);
        var a = FlatMatrices.Zeros(MatrixLayout.OfPool(model.Config, Pool), meta);
        using var state = new PoolState(Pool, TrainableMatrices.OfPool(a, model.Config, trained: true), InitialProduct.Empty(model.Config, Pool, meta), null);
        using var task = MakeTask(model, strategy, meta);
        var draws = SeededDraws.Of(task.Coupling, 1, 1);
        var adapters = new TensorAdapters(state, [new(task, 5, draws), new(null, 3, null), new(task, 3, draws)]);

        // libtorch has no meta kernels for index_select and for the attention mask; the test provides their results.
        var hidden = zeros(11, model.Config.HiddenSize, bfloat16, meta, requires_grad: true);
        var angle = zeros(11, 1, model.Config.HeadDim / 2, float32, meta);
        var output = model.Layer(0, hidden, new QueriesAlone(), new RotaryAngles(angle, angle), adapters);
        autograd.backward([output], [ones_like(output)]);
        using var noGrad = no_grad();
        var logits = model.Logits(output);

        Assert.Equal(TorchSharp.DeviceType.META, hidden.grad!.device_type);
        Assert.Equal([11, RandomModel.VocabularySize], logits.shape);
    }

    [Theory]
    [InlineData(Strategy.Full)]
    [InlineData(Strategy.Heuristic)]
    public void TrainingStep_InBfloat16_FollowsFloat32(Strategy strategy)
    {
        var wide = Losses(strategy, float32);
        var narrow = Losses(strategy, bfloat16);

        Assert.All(wide.Zip(narrow), pair => Assert.Equal(pair.First, pair.Second, 0.05));
        Assert.True(narrow[^1] < narrow[0] - 0.2, $"{narrow[0]} -> {narrow[^1]}");
    }

    [Fact]
    public void FoldedAdapter_InBfloat16_FollowsFloat32()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var logits = new[] { float32, bfloat16 }.Select(dtype =>
        {
            using var model = CausalLanguageModel.Load(_checkpoint, CPU, dtype);
            var initialiser = new PoolInitialiser(model, Pool);
            var matrices = initialiser.Empty();
            Assert.All(initialiser.Fill(matrices), unit => Assert.True(Enum.IsDefined(unit)));
            using var onDevice = new PoolOnDevice(model, Pool, matrices);
            var spec = new TaskSpec(Strategy.Heuristic, 3, 1);
            using var heads = FreshHeads.Make(model.Config, Pool, spec, matrices.Initial, onFirst: true, CPU);
            using var adapter = FoldedAdapter.Fold(model, onDevice, spec, heads, subtracts: false);
            using var attention = new PackedAttention([4], model.Config, CPU);
            return model.Logits(model.Hidden(tensor(new long[] { 1, 2, 3, 4 }), attention, new SegmentAdapters([(4, adapter)]))).DetachFromDisposeScope();
        }).ToArray();

        Assert.Equal(float32, logits[1].dtype);
        Assert.InRange((logits[0] - logits[1]).abs().max().item<float>(), 0, 0.03f * logits[0].abs().max().item<float>());
    }

    public void Dispose()
    {
        _checkpoint.Dispose();
        _directory.Dispose();
    }

    /// <summary>Attention that returns the right shape without computing anything.</summary>
    private sealed class QueriesAlone : IAttention
    {
        public Tensor Positions => throw new NotSupportedException();

        public Tensor Attend(int layer, Tensor query, Tensor key, Tensor value) => query.reshape(query.shape[0], -1);
    }

    private static TaskState MakeTask(CausalLanguageModel model, Strategy strategy, Device device)
    {
        var spec = new TaskSpec(strategy, 3, 1);
        // nothing can be compared on the meta device
        var layout = TiedHeads.Of(model.Config, Pool, spec)?.Layout ?? MatrixLayout.OfHeads(model.Config, Pool, spec);
        var heads = FlatMatrices.Zeros(layout, device);
        return new TaskState(model.Config, Pool, spec, heads, subtracts: true, new OptimizerSpec(5e-3));
    }

    private double[] Losses(Strategy strategy, ScalarType dtype)
    {
        using var model = CausalLanguageModel.Load(_checkpoint, CPU, dtype);
        var spec = Pool with { Initialisation = Initialisation.Gaussian };
        var initialiser = new PoolInitialiser(model, spec);
        var a = initialiser.Empty().A;
        Assert.All(initialiser.Fill(new PoolMatrices(a, null)), unit => Assert.True(Enum.IsDefined(unit)));
        using var pool = new PoolState(spec, TrainableMatrices.OfPool(a, model.Config, trained: true), null, new AdamW(new OptimizerSpec(5e-3), a.Flat));
        using var task = MakeTask(model, strategy, CPU);
        var tasks = new Dictionary<TaskName, TaskState> { [Task] = task };
        var row = new EncodedExample(Task, [72, 101, 108, 108, 111, 33], [0, 1, 1, 1, 1, 1]);
        return
        [
            .. Enumerable.Range(0, 8).Select(_ =>
            {
                var step = new GradientCall(model, pool, tasks, [row]);
                Assert.All(step.Gradients(), unit => Assert.True(Enum.IsDefined(unit)));
                return step.Apply().Tasks[0].Loss.Mean;
            }),
        ];
    }
}
