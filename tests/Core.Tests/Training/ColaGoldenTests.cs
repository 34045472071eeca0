using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Model;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Passes;
using CoLA.Core.Training.Sites;
using CoLA.TestKit;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Training;

/// <summary>Logits, gradients, losses and final weights of every case of goldens/cola.</summary>
public sealed class ColaGoldenTests
{
    /// <summary>Every case, by the CPU's own kernels and by libtorch.</summary>
    public static TheoryData<string, bool> Cases =>
        [.. SharedMaterial.Folders("goldens/cola", "case.json").SelectMany(name => new[] { (name, true), (name, false) })];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void TrainStep_Case_MovesAsTheGolden(string name, bool kernels)
    {
        using var golden = ColaGolden.Open(name, kernels);
        using var scope = NewDisposeScope();
        var steps = golden.Json.GetProperty("steps").EnumerateArray().ToArray();
        var losses = golden.Json.GetProperty("losses").EnumerateArray().Select(loss => loss.GetDouble()).ToArray();

        AssertLogits(golden, ColaGolden.Rows(steps[0]), golden.DrawsOf(0), "logits0.last");
        for (var step = 0; step < steps.Length; step++)
        {
            var draws = golden.DrawsOf(step);
            var training = new GradientCall(golden.Model, golden.PoolState, golden.Tasks, ColaGolden.Rows(steps[step]))
            {
                DrawsOf = _ => draws,
            };
            foreach (var unit in training.Gradients())
            {
                Assert.True(Enum.IsDefined(unit));
            }

            if (step == 0)
            {
                AssertGradients(golden);
            }

            var report = training.Apply();
            Assert.Equal(losses[step], report.Tasks.Sum(task => task.Loss.Mean), 2e-5);
        }

        AssertWeights(golden);
        if (golden.Names("logits_final.last").Any())
        {
            AssertLogits(golden, ColaGolden.Rows(steps[0]), null, "logits_final.last");
        }
    }

    private static void AssertLogits(ColaGolden golden, IReadOnlyList<EncodedExample> rows, Draws? draws, string name)
    {
        using var noGrad = no_grad();
        using var attention = new PackedAttention([.. rows.Select(row => row.Ids.Count)], golden.Model.Config, CPU);
        var adapters = TrainingPass.AdaptersOf(
            golden.Model,
            [new PoolRows(golden.PoolState, [.. rows.Select(row => new TaskRows(row.Task is { } task ? golden.Tasks[task] : null, row.Ids.Count, draws))])]);
        var hidden = golden.Model.Hidden(tensor(rows.SelectMany(row => row.Ids.Select(id => (long)id)).ToArray()), attention, adapters);
        var ends = rows.Select((_, at) => rows.Take(at + 1).Sum(row => (long)row.Ids.Count) - 1).ToArray();

        Assert.InRange((golden.Model.Logits(hidden[tensor(ends)]) - golden.Tensor(name)).abs().max().item<float>(), 0, 2e-4);
    }

    private static void AssertGradients(ColaGolden golden)
    {
        var compared = 0;
        foreach (var (name, gradient) in golden.Matrices(matrices => matrices.Gradient is { } flat ? new FlatMatrices(matrices.Weights.Layout, flat) : null))
        {
            var expected = golden.Tensor($"grad0.{name}");
            var largest = expected.abs().max().item<float>();
            Assert.InRange((gradient - expected).abs().max().item<float>(), 0, 1e-4 * largest);
            compared++;
        }

        Assert.Equal(golden.Names("grad0.").Count(), compared);
    }

    private static void AssertWeights(ColaGolden golden)
    {
        var compared = 0;
        foreach (var (name, weights) in golden.Matrices(matrices => matrices.Weights))
        {
            Assert.InRange((weights - golden.Tensor($"final.{name}")).abs().max().item<float>(), 0, 5e-5);
            compared++;
        }

        Assert.Equal(golden.Names("final.").Count(), compared);
    }
}
