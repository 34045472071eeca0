using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Model;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Optimizers;
using CoLA.Core.Training.Sessions;
using CoLA.Core.Weights;
using CoLA.TestKit;
using Xunit;
using static CoLA.Core.Tests.CoreWorld;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Training.Optimizers;

public sealed class RankBudgetTests
{
    [Theory]
    [InlineData(1, 12)] // none goes in the initial steps
    [InlineData(2, 12)]
    [InlineData(3, 8)] // 8 (5/6)^3 + 4 = 8.63
    [InlineData(5, 5)] // 8 (1/2)^3 + 4
    [InlineData(7, 4)] // 8 (1/6)^3 + 4 = 4.04
    [InlineData(8, 4)]
    [InlineData(10, 4)]
    public void Kept_Step_FallsByTheCube(long step, int kept)
    {
        var spec = new RankBudgetSpec(2, TotalSteps: 10, InitialSteps: 2, FinalSteps: 2);

        Assert.Equal(kept, spec.Kept(step, all: 12, targets: 2));
    }

    [Fact]
    public void Follow_Steps_KeepsWhatAnIndependentCountKeeps()
    {
        using var directory = new TemporaryDirectory();
        using var checkpoint = Checkpoint.Open(RandomModel.Write(directory));
        using var model = CausalLanguageModel.Load(checkpoint, CPU);
        using var scope = NewDisposeScope();
        using var generator = new Generator(8);
        const int rank = 3;
        var layout = MatrixLayout.OfHeads(
            model.Config, new PoolSpec([Target.Q, Target.Down], 1, rank, 4, Initialisation.Gaussian, null, 1), new TaskSpec(Strategy.Adalora, 1, 1));
        using var heads = new FlatMatrices(layout, randn(layout.Length, generator: generator));
        var spec = new RankBudgetSpec(1, TotalSteps: 6, InitialSteps: 1, FinalSteps: 2, Every: 2);
        using var budget = new RankBudget(spec, heads);
        var slots = layout.Slots.Where(slot => slot.Kind == MatrixKind.B).ToArray();
        var all = slots.Length * rank;
        var first = (int)layout.Length - all; // of E
        double[] mean = new double[layout.Length], unsure = new double[layout.Length];
        bool[] kept = [.. Enumerable.Repeat(true, all)];

        for (var step = 1; step <= 6; step++)
        {
            heads.Flat.add_(randn(layout.Length, generator: generator), 0.1);
            var gradient = randn(layout.Length, generator: generator);
            var weights = heads.Flat.data<float>().ToArray();
            var gradients = gradient.data<float>().ToArray();
            for (var at = 0; at < weights.Length && step <= 4; at++)
            {
                double sensitivity = Math.Abs(weights[at] * gradients[at]);
                mean[at] = 0.85 * mean[at] + 0.15 * sensitivity;
                unsure[at] = 0.85 * unsure[at] + 0.15 * Math.Abs(sensitivity - mean[at]);
            }

            if (step is 2 or 4)
            {
                var scores = Enumerable.Range(0, all).Select(at =>
                {
                    var slot = slots[at / rank];
                    var column = Enumerable.Range((int)slot.Offset + at % rank * (int)slot.Shape[2], (int)slot.Shape[2]);
                    return mean[first + at] * unsure[first + at] + column.Average(index => mean[index] * unsure[index]);
                }).ToArray();
                var least = scores.OrderDescending().ElementAt(spec.Kept(step, all, slots.Length) - 1);
                kept = [.. scores.Select(score => score >= least)];
            }

            budget.Follow(heads.Flat, gradient, step);

            var found = heads.Flat.data<float>().ToArray()[first..];
            Assert.All(found.Index(), e => Assert.Equal(step is 1 or 3 || kept[e.Index] ? weights[first + e.Index] : 0, e.Item));
        }

        Assert.Equal(slots.Length, kept.Count(own => own));
    }

    [Fact]
    public void Penalise_Heads_IsTheGradientOfTheirDistanceFromOrthogonality()
    {
        using var directory = new TemporaryDirectory();
        using var checkpoint = Checkpoint.Open(RandomModel.Write(directory));
        using var model = CausalLanguageModel.Load(checkpoint, CPU);
        using var scope = NewDisposeScope();
        using var generator = new Generator(8);
        var layout = MatrixLayout.OfHeads(
            model.Config, new PoolSpec([Target.Q], 1, 3, 4, Initialisation.Gaussian, null, 1), new TaskSpec(Strategy.Adalora, 1, 1));
        using var heads = new FlatMatrices(layout, randn(layout.Length, generator: generator));
        using var budget = new RankBudget(new RankBudgetSpec(1, 6), heads);
        var leaf = heads.Flat.clone().requires_grad_(true);
        var slots = layout.Slots.Where(slot => slot.Kind == MatrixKind.B).ToArray();
        var norms = slots.Select(slot =>
        {
            var head = leaf.narrow(0, slot.Offset, slot.Length).view(3, -1);
            return (head.matmul(head.t()) - eye(3)).norm();
        }).ToArray();
        (0.5 * stack(norms).mean()).backward();
        var gradient = zeros(layout.Length);

        budget.Penalise(heads.Flat, gradient);

        Assert.InRange((gradient - leaf.grad!).abs().max().item<float>(), 0, 1e-6);
    }

    [Fact]
    public async Task TrainStep_AdaloraWithABudget_EndsAtItAndSurvivesARestart()
    {
        var whole = await RunAsync(stops: false);
        var stopped = await RunAsync(stops: true);

        Assert.Equal(whole, stopped);
    }

    [Fact]
    public async Task Open_BudgetForAnotherStrategy_IsRefused()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync(m: 1);
        var task = await world.MakeTaskAsync("t", Strategy.Lora, 1);

        var rejection = await Assert.ThrowsAsync<InvalidArgumentRejection>(() => world.OpenAsync([task], budget: new RankBudgetSpec(2, 10)));

        Assert.Equal("tasks[0].rank_budget", Assert.Single(rejection.Violations).Field);
        Assert.NotNull(await world.OpenAsync([task]));
    }

    private static async Task<IReadOnlyList<double>> RunAsync(bool stops)
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync(m: 1);
        var task = await world.MakeTaskAsync("t", Strategy.Adalora, 1);
        var session = (await world.OpenAsync([task], budget: new RankBudgetSpec(1, 8, 1, 2))).Session.Name;
        var numbers = new List<double>();
        for (var sequence = 1; sequence <= 8; sequence++)
        {
            var report = await world.StepAsync(session, sequence, Example(task, "ab", $"{sequence}"));
            numbers.AddRange([report.Tasks[0].Loss.Sum, report.Tasks[0].Step!.GradientNorm]);
            if (stops && sequence is 3 or 6)
            {
                await world.Core.Sessions.SaveStateAsync(world.Mutation(), session, minimumSequence: 0, world.Cancellation);
                await world.RestartAsync();
            }
        }

        await world.Core.Sessions.PublishAsync(world.Mutation(), session, new PublishSpec(), world.Cancellation);
        var version = await world.Core.Tasks.ResolveAsync(Acme, task, null, world.Cancellation);
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Of(await world.Core.Data.Artifacts.MapAsync(version.Heads!));
        using var heads = AdapterFiles.ReadHeads(file, world.Core.Model.Config, version.PoolSpec, version.Spec, CPU);
        var diagonals = heads.Layout.Slots.Where(slot => slot.Kind == MatrixKind.Diagonal).ToArray();
        Assert.Equal(diagonals.Length, diagonals.Sum(slot => heads.View(slot).ne(0).sum().item<long>()));
        return numbers;
    }
}
