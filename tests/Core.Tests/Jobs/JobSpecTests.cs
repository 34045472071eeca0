using CoLA.Core.Jobs;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using Xunit;

namespace CoLA.Core.Tests.Jobs;

public sealed class JobSpecTests
{
    private static readonly JobTask Task = new(new TaskName(CoreWorld.Acme, "one"), TrainingExamples: 100, HeldOutExamples: 0);

    [Theory]
    [InlineData(0, 4, "steps")]
    [InlineData(JobSpec.MaximumSteps + 1, 4, "steps")]
    [InlineData(10, 0, "batch_per_task")]
    [InlineData(10, JobSpec.MaximumBatch + 1, "batch_per_task")]
    public void Validate_CountOutOfRange_NamesTheField(int steps, int batch, string field)
    {
        var spec = JobWorld.Spec(Task.Task) with { Steps = steps, BatchPerTask = batch };

        var refused = Assert.Throws<InvalidArgumentRejection>(spec.Validate);

        Assert.Equal(field, Assert.Single(refused.Violations).Field);
    }

    [Fact]
    public void Validate_LargestCounts_AreAccepted()
    {
        var spec = JobWorld.Spec(Task.Task) with { Steps = JobSpec.MaximumSteps, BatchPerTask = JobSpec.MaximumBatch };

        Assert.Null(Record.Exception(spec.Validate));
    }

    [Theory]
    [InlineData(0.001, 1)]
    [InlineData(3, 75)]
    [InlineData(40_000, 1_000_000)]
    public void Plan_OfEpochs_HasTheStepsThatTheyTake(double epochs, int steps)
    {
        var spec = JobWorld.Spec(Task.Task) with { Steps = null, Epochs = epochs, BatchPerTask = 4 };

        Assert.Equal(steps, JobPlan.Of(spec, [Task]).Steps);
    }

    [Fact]
    public void Plan_MoreEpochsThanAJobHasSteps_IsRefused()
    {
        var spec = JobWorld.Spec(Task.Task) with { Steps = null, Epochs = 40_001, BatchPerTask = 4 };

        var refused = Assert.Throws<InvalidArgumentRejection>(() => JobPlan.Of(spec, [Task]));

        Assert.Equal("epochs", Assert.Single(refused.Violations).Field);
    }
}
