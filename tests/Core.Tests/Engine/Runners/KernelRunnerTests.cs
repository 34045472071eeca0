using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Adapters.Resident;
using CoLA.Core.Cache;
using CoLA.Core.Engine.Runners;
using CoLA.Core.Model;
using CoLA.Core.Weights;
using CoLA.TestKit;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Engine.Runners;

/// <summary>The CPU kernels compared with libtorch, and with themselves for different chunk sizes and batches.</summary>
public sealed class KernelRunnerTests
{
    private const int Blocks = 64;

    public static TheoryData<string> TinyModels => [.. SharedMaterial.Folders("models/tiny", "golden.json")];

    [Fact]
    public void Run_RandomModel_FollowsLibtorch()
    {
        using var directory = new TemporaryDirectory();
        AssertFollowsLibtorch(RandomModel.Write(directory));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(TinyModels))]
    public void Run_TinyModel_FollowsLibtorch(string name) => AssertFollowsLibtorch(SharedMaterial.PathOf("models/tiny", name));

    [Theory]
    [InlineData(Quantization.None)]
    [InlineData(Quantization.Int8)]
    [InlineData(Quantization.Int4)]
    public void Run_AnyChunkSizeAnyBatch_SameBits(Quantization quantization)
    {
        using var directory = new TemporaryDirectory();
        using var checkpoint = Checkpoint.Open(RandomModel.Write(directory));
        using var model = CausalLanguageModel.Load(checkpoint, CPU, quantization: quantization);
        using var world = new AdaptersOf(model);
        using var runner = new KernelRunner(model, Blocks);
        var blocks = new KeyValueBlocks(Blocks);
        var lengths = new[] { 90, 1, 17, 33, 64, 5, 20, 9, 35, 3, 12 };
        var adapters = new[]
        {
            null, world.Stacked, world.Summed, world.Experts, world.Later, null, world.Routed, world.AlsoRouted, world.ManyRouted, world.Lora, world.Cores,
        };
        var alone = lengths.Select((length, at) => RunnerRow.Run(runner, blocks, 128, RunnerRow.Make(Text(model, length, at), adapters[at]))[0]).ToArray();

        foreach (var chunk in new[] { 1, 7, 16, 128 })
        {
            var together = RunnerRow.Run(runner, blocks, chunk, [.. lengths.Select((length, at) => RunnerRow.Make(Text(model, length, at), adapters[at]))]);
            for (var row = 0; row < lengths.Length; row++)
            {
                Assert.Equal(alone[row], together[row]);
            }
        }

        Assert.NotEqual(alone[0], RunnerRow.Run(runner, blocks, 128, RunnerRow.Make(Text(model, 90, 0), world.Stacked))[0]);
    }

    [Fact]
    public void Run_MixedAdapters_FollowsLibtorch()
    {
        using var directory = new TemporaryDirectory();
        using var checkpoint = Checkpoint.Open(RandomModel.Write(directory));
        using var byKernels = CausalLanguageModel.Load(checkpoint, CPU);
        using var byLibtorch = CausalLanguageModel.Load(checkpoint, CPU, useKernels: false);
        using var ofKernels = new AdaptersOf(byKernels);
        using var ofLibtorch = new AdaptersOf(byLibtorch);
        using var kernels = new KernelRunner(byKernels, Blocks);
        using var libtorch = new TensorRunner(byLibtorch, Blocks);
        float[][] Run(IModelRunner runner, CausalLanguageModel model, AdaptersOf adapters, int chunk)
        {
            var all = new[]
            {
                adapters.Stacked, null, adapters.Later, adapters.Summed, adapters.Experts, adapters.Later,
                adapters.Routed, adapters.Lora, adapters.AlsoRouted, adapters.ManyRouted, adapters.Cores,
            };
            return RunnerRow.Run(
                runner, new KeyValueBlocks(Blocks), chunk, [.. all.Select((adapter, at) => RunnerRow.Make(Text(model, 11 + 7 * at, at), adapter))]);
        }

        foreach (var chunk in new[] { 1, 20 })
        {
            AssertClose(Run(libtorch, byLibtorch, ofLibtorch, chunk), Run(kernels, byKernels, ofKernels, chunk));
        }
    }

    private static void AssertFollowsLibtorch(string path)
    {
        using var checkpoint = Checkpoint.Open(path);
        using var byKernels = CausalLanguageModel.Load(checkpoint, CPU, float32);
        using var byLibtorch = CausalLanguageModel.Load(checkpoint, CPU, float32, useKernels: false);
        using var kernels = new KernelRunner(byKernels, Blocks);
        using var libtorch = new TensorRunner(byLibtorch, Blocks);
        foreach (var chunk in new[] { 9, 100 })
        {
            var rows = new[] { 3, 70, 20 }.Select((length, at) => Text(byKernels, length, at)).ToArray();
            float[][] Run(IModelRunner runner) => RunnerRow.Run(runner, new KeyValueBlocks(Blocks), chunk, [.. rows.Select(row => RunnerRow.Make(row))]);

            AssertClose(Run(libtorch), Run(kernels));
        }
    }

    private static void AssertClose(float[][] expected, float[][] found) =>
        Assert.All(expected.Zip(found), row => Assert.All(row.First.Zip(row.Second), pair => Assert.Equal(pair.First, pair.Second, 1e-4f)));

    private static int[] Text(CausalLanguageModel model, int length, int seed) =>
        [.. Enumerable.Range(0, length).Select(at => (at * 31 + seed * 57 + 11) % model.Config.VocabularySize)];

    /// <summary>Adapters of different shapes on two pool versions of PISSA pools, with heads of seeded noise.</summary>
    private sealed class AdaptersOf : IDisposable
    {
        private static readonly PoolSpec Spec = new(Enum.GetValues<Target>(), 2, 4, 8, Initialisation.Pissa, null, 1);

        private readonly CausalLanguageModel _model;
        private readonly List<IDisposable> _made = [];

        public AdaptersOf(CausalLanguageModel model)
        {
            _model = model;
            var first = Pool(Spec);
            Stacked = Adapter(first, Strategy.Heuristic, 3, subtracts: true);
            Summed = Adapter(first, Strategy.Full, 2, subtracts: true);
            Experts = Adapter(first, Strategy.MoeLora, 2, subtracts: true);
            var single = Pool(Spec with { M = 1, Rank = 5 });
            Routed = Adapter(single, Strategy.HydraLora, 3, subtracts: true);
            AlsoRouted = Adapter(single, Strategy.HydraLora, 3, subtracts: true, seed: 10);
            ManyRouted = Adapter(single, Strategy.HydraLora, 20, subtracts: false);
            Cores = Adapter(Pool(Spec with { Initialisation = Initialisation.Gaussian, SharedHead = true }), Strategy.Colora, 2, subtracts: false);
            Lora = Adapter(single, Strategy.Lora, 1, subtracts: true);
            Later = Adapter(
                Pool(Spec with { Rank = 3, Initialisation = Initialisation.Gaussian, Targets = [Target.Q, Target.V, Target.Down] }),
                Strategy.Heuristic,
                2,
                subtracts: false);
        }

        public FoldedAdapter Stacked { get; }

        public FoldedAdapter Summed { get; }

        public FoldedAdapter Experts { get; }

        public FoldedAdapter Routed { get; }

        public FoldedAdapter AlsoRouted { get; }

        public FoldedAdapter ManyRouted { get; }

        public FoldedAdapter Cores { get; }

        public FoldedAdapter Lora { get; }

        public FoldedAdapter Later { get; }

        public void Dispose()
        {
            _made.Reverse();
            _made.ForEach(made => made.Dispose());
        }

        private PoolOnDevice Pool(PoolSpec spec)
        {
            var initialiser = new PoolInitialiser(_model, spec);
            var matrices = initialiser.Empty();
            Assert.All(initialiser.Fill(matrices), unit => Assert.True(Enum.IsDefined(unit)));
            foreach (var slot in matrices.A.Layout.Slots.Where(slot => slot.Kind == MatrixKind.B))
            {
                using var scope = NewDisposeScope();
                matrices.A.View(slot).copy_(randn(slot.Shape, float32, generator: new Generator(4)) * 0.1);
            }

            var pool = new PoolOnDevice(_model, spec, matrices);
            _made.Add(pool);
            return pool;
        }

        private FoldedAdapter Adapter(PoolOnDevice pool, Strategy strategy, int n, bool subtracts, ulong seed = 9)
        {
            using var scope = NewDisposeScope();
            var task = new TaskSpec(strategy, n, 1);
            var layout = MatrixLayout.OfHeads(_model.Config, pool.Spec, task);
            using var heads = new FlatMatrices(layout, randn(layout.Length, float32, generator: new Generator(seed)) * 0.1);
            var adapter = FoldedAdapter.Fold(_model, pool, task, heads, subtracts);
            _made.Add(adapter);
            return adapter;
        }
    }
}
