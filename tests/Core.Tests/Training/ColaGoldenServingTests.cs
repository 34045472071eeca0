using CoLA.Core.Adapters.Resident;
using CoLA.Core.Cache;
using CoLA.Core.Engine.Runners;
using CoLA.Core.Tests.Engine.Runners;
using CoLA.TestKit;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Training;

/// <summary>What the cases of goldens/cola begin with, folded and served by both runners.</summary>
public sealed class ColaGoldenServingTests
{
    private const int Blocks = 64;

    public static TheoryData<string> Cases => [.. SharedMaterial.Folders("goldens/cola", "case.json")];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Run_Case_ServesTheGoldensLogits(string name)
    {
        using var golden = ColaGolden.Open(name, kernels: true);
        Assert.SkipWhen(golden.DrawsOf(0) is not null, "the case's logits are those of a draw; what is served is the mean");
        using var scope = NewDisposeScope();
        using var pool = golden.Serve();
        var adapters = golden.Tasks.ToDictionary(
            task => task.Key,
            task => FoldedAdapter.Fold(golden.Model, pool, task.Value.Spec, task.Value.Heads.Weights, task.Value.Subtracts));
        var rows = ColaGolden.Rows(golden.Json.GetProperty("steps")[0]);
        var expected = golden.Tensor("logits0.last");
        using var kernels = new KernelRunner(golden.Model, Blocks);
        using var libtorch = new TensorRunner(golden.Model, Blocks);
        foreach (var runner in (IModelRunner[])[kernels, libtorch])
        {
            foreach (var chunk in new[] { 1, 100 })
            {
                var logits = RunnerRow.Run(
                    runner,
                    new KeyValueBlocks(Blocks),
                    chunk,
                    [.. rows.Select(row => RunnerRow.Make([.. row.Ids], row.Task is { } task ? adapters[task] : null))]);

                Assert.All(logits.Index(), row => Assert.InRange((expected[row.Index] - tensor(row.Item)).abs().max().item<float>(), 0, 2e-4));
            }
        }

        foreach (var adapter in adapters.Values)
        {
            adapter.Dispose();
        }
    }
}
