using CoLA.Core.Kernels;
using CoLA.Core.Training.Optimizers;
using CoLA.Core.Training.Sessions;
using CoLA.Core.Training.State;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Training.Optimizers;

public sealed class AdamWTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Apply_HeadRatio_MovesHeadsAsThatManyTimesTheLearningRateWould(bool kernels)
    {
        using var team = kernels ? new KernelTeam(2) : null;
        using var scope = NewDisposeScope();
        var plain = new OptimizerSpec(1e-2, WeightDecay: 0.1);
        float[] Move(OptimizerSpec spec, long heads)
        {
            using var scope = NewDisposeScope();
            var weights = tensor(new[] { 1f, -2, 3, -4, 5 });
            using var optimizer = new AdamW(spec, weights, heads);
            foreach (var gradient in new[] { new[] { 0.1f, 0.2f, -0.3f, 0.4f, 0.5f }, [0.3f, -0.1f, 0.2f, 0.1f, -0.4f] })
            {
                optimizer.Apply(weights, tensor(gradient), 1, team);
            }

            return weights.data<float>().ToArray();
        }

        var mixed = Move(plain with { HeadRatio = 4 }, heads: 2);

        Assert.Equal([.. Move(plain with { LearningRate = 4e-2 }, 0)[..2], .. Move(plain, 0)[2..]], mixed);
    }

    [Fact]
    public void Validate_HeadRatioThatIsNotOne_OnlyForTasks()
    {
        var task = new SessionTaskSpec(new(CoreWorld.Acme, "t"), new OptimizerSpec(1e-3, HeadRatio: 0), Dropout: 1);
        var spec = new OpenSessionSpec(CoreWorld.Pool, null, [task], new OptimizerSpec(1e-3, HeadRatio: 2), false);

        var rejection = Assert.Throws<Rejections.InvalidArgumentRejection>(spec.Validate);

        Assert.Equal(
            ["tasks[0].optimizer.head_ratio", "tasks[0].dropout", "pool_optimizer.head_ratio"],
            rejection.Violations.Select(violation => violation.Field));
    }
}
