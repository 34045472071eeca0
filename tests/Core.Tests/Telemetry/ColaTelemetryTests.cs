using System.Diagnostics;
using CoLA.Core.Inference;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Sequences;
using CoLA.Core.Telemetry;
using CoLA.Core.Training.Sessions;
using Xunit;

namespace CoLA.Core.Tests.Telemetry;

public sealed class ColaTelemetryTests
{
    private const int Tokens = 5;

    private static readonly TenantId Acme = CoreWorld.Acme;

    [Fact]
    public async Task Generation_RowsOfATaskAndTheBase_AreCountedAndTimed()
    {
        using var metrics = new MetricsRecorder();
        using var telemetry = new ColaTelemetry(metrics);
        await using var world = new CoreWorld(telemetry: telemetry);
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t");

        await world.GenerateAsync(Tokens, (task, "abc"), (null, "defgh"));

        Assert.Equal(2, metrics.Of("gen_ai.server.time_to_first_token").Count);
        Assert.Equal(2, metrics.Of("gen_ai.server.time_per_output_token").Count);
        Assert.All(metrics.Of("gen_ai.server.request.duration"), row =>
        {
            Assert.InRange(row.Value, 1e-6, 100);
            Assert.Equal(world.Core.Model.Identity.Name, row.Tags["gen_ai.request.model"]);
            Assert.DoesNotContain("error.type", row.Tags.Keys);
        });
        Assert.Equal(2 * Tokens, metrics.Sum("gen_ai.client.token.usage", ("gen_ai.token.type", "output")));
        Assert.Equal(
            metrics.Sum("gen_ai.client.token.usage", ("gen_ai.token.type", "input")),
            metrics.Of("cola.tokens").Where(count => (string?)count.Tags["cola.token.kind"] == "prefill").Sum(count => count.Value));
        Assert.Equal(Tokens - 1, metrics.Of("cola.batch.size").Count(step => step.Value == 2 && (string?)step.Tags["cola.step.kind"] == "decode"));
    }

    [Fact]
    public async Task Tokens_OfEveryKind_AreCountedByCallerAndTask()
    {
        using var metrics = new MetricsRecorder();
        using var telemetry = new ColaTelemetry(metrics);
        await using var world = new CoreWorld(telemetry: telemetry);
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t");
        var session = (await world.OpenAsync([task])).Session.Name;

        var report = await world.StepAsync(session, 1, CoreWorld.Example(task, "abc", "de"));
        await world.ScoreAsync(task, "abc", "de");
        var evaluated = await world.Core.Steps.EvaluateAsync(
            CoreWorld.Acme, session, new BatchSpec([CoreWorld.Example(task, "abc", "de")]), world.Cancellation);
        await world.GenerateAsync(Tokens, (task, "abc"));
        await world.GenerateAsync(Tokens, (null, "abc"));

        double Counted(object? named, string kind) => metrics.Sum("cola.tokens", ("cola.tenant", "acme"), ("cola.task", named), ("cola.token.kind", kind));
        Assert.Equal(report.Tokens, Counted("tenants/acme/tasks/t", "train"));
        Assert.Equal(report.Tokens, evaluated.Tokens);
        Assert.Equal(4 + evaluated.Tokens, Counted("tenants/acme/tasks/t", "score"));
        Assert.Equal(Tokens, Counted("tenants/acme/tasks/t", "decode"));
        Assert.Equal(Tokens, Counted("_base", "decode"));
    }

    [Fact]
    public void Tokens_MoreNamesThanLabels_ShareOne()
    {
        using var metrics = new MetricsRecorder();
        using var telemetry = new ColaTelemetry(metrics, labels: 2);
        for (var tenant = 0; tenant < 5; tenant++)
        {
            var caller = new TenantId($"tenant-{tenant}");
            telemetry.Tokens.Of(caller, null).Decoded();
            for (var task = 0; task < 3; task++)
            {
                telemetry.Tokens.Of(caller, new TaskName(caller, $"task-{task}")).Decoded();
            }
        }

        var labels = metrics.Of("cola.tokens").Select(count => ($"{count.Tags["cola.tenant"]}", $"{count.Tags["cola.task"]}", count.Value)).Order();

        Assert.Equal(
            [
                ("_other", "_base", 3), ("_other", "_other", 9),
                ("tenant-0", "_base", 1), ("tenant-0", "_other", 1),
                ("tenant-0", "tenants/tenant-0/tasks/task-0", 1), ("tenant-0", "tenants/tenant-0/tasks/task-1", 1),
                ("tenant-1", "_base", 1), ("tenant-1", "_other", 3),
            ],
            labels);
    }

    [Fact]
    public async Task Adapters_MoreThanFit_LoadsAndEvictionsAreCounted()
    {
        using var metrics = new MetricsRecorder();
        using var telemetry = new ColaTelemetry(metrics);
        await using var world = new CoreWorld(new ColaOptions { Adapters = new() { Memory = 1 } }, telemetry);
        await world.MakePoolAsync();
        TaskName[] tasks = [await world.MakeTaskAsync("a"), await world.MakeTaskAsync("b")];
        var session = (await world.OpenAsync(tasks)).Session.Name;
        await world.StepAsync(session, 1, CoreWorld.Example(tasks[0], "a", "b"), CoreWorld.Example(tasks[1], "c", "d"));
        await world.Core.Sessions.PublishAsync(world.Mutation(), session, new PublishSpec(), world.Cancellation);

        await world.GenerateAsync(1, (tasks[0], "a"));
        await world.GenerateAsync(1, (tasks[1], "a"));

        Assert.Equal(2, metrics.Of("cola.adapters.load.duration").Count);
        Assert.Equal(2, metrics.Sum("cola.adapters.evictions"));
        Assert.Equal(0, metrics.Sum("cola.adapters.resident"));
    }

    [Fact]
    public async Task Rows_ThatEndBadly_AreToldByTheirKind()
    {
        using var metrics = new MetricsRecorder();
        using var telemetry = new ColaTelemetry(metrics);
        await using var world = new CoreWorld(new ColaOptions { Engine = new() { MaximumWaiting = 1 } }, telemetry);
        var row = new GenerationRow(ModelSource.Base, new TextPrompt("hello"), SamplingOptions.Greedy, [], 100, null);

        await foreach (var news in world.Core.Generation.RunAsync(Acme, [row], world.Cancellation))
        {
            Assert.Null(news.Finish);
            break;
        }

        await Assert.ThrowsAsync<InvalidArgumentRejection>(() => world.GenerateAsync(1, (null, "x"), (null, "y")));
        await Assert.ThrowsAsync<NotFoundRejection>(() => world.GenerateAsync(1, (new TaskName(Acme, "nowhere"), "x")));

        Assert.Equal(
            ["abandoned", nameof(InvalidArgumentRejection), nameof(InvalidArgumentRejection), nameof(NotFoundRejection)],
            metrics.Of("gen_ai.server.request.duration").Select(ended => $"{ended.Tags["error.type"]}"));
        Assert.Empty(metrics.Of("gen_ai.server.time_to_first_token"));
        Assert.DoesNotContain(metrics.Of("cola.tokens"), count => $"{count.Tags["cola.task"]}".Contains("nowhere", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Spans_OfARow_AreQueuePrefillAndDecodeUnderTheCall()
    {
        var ended = new List<Activity>();
        using var call = new Activity("call").Start();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ColaTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Parent.TraceId == call.TraceId ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = ended.Add,
        };
        ActivitySource.AddActivityListener(listener);
        await using var world = new CoreWorld();

        await world.GenerateAsync(Tokens, (null, "abc"));

        var row = ended.Single(span => span.ParentSpanId == call.SpanId);
        var phases = ended.Where(span => span.ParentSpanId == row.SpanId).OrderBy(span => span.StartTimeUtc).ToArray();
        Assert.Equal(["queue", "prefill", "decode"], phases.Select(span => span.OperationName));
        Assert.Equal(4, ended.Count);
        Assert.Equal("acme", row.GetTagItem("cola.tenant"));
        Assert.Equal(Tokens, row.GetTagItem("gen_ai.usage.output_tokens"));
        Assert.All(
            phases,
            span => Assert.InRange(span.StartTimeUtc + span.Duration, row.StartTimeUtc, row.StartTimeUtc + row.Duration + TimeSpan.FromMilliseconds(1)));
        Assert.DoesNotContain(ended.SelectMany(span => span.TagObjects), tag => $"{tag.Value}".Contains("abc", StringComparison.Ordinal));
    }

    [Fact]
    public void Recording_Steps_AllocatesNothing()
    {
        using var metrics = new MetricsRecorder(keeps: false);
        using var telemetry = new ColaTelemetry(metrics);
        var account = telemetry.Tokens.Of(Acme, null);
        var timing = new RowTiming();
        void Step()
        {
            telemetry.Engine.Running = 32;
            telemetry.Engine.Waiting = 3;
            telemetry.Engine.KeyValueBytes = 1 << 20;
            telemetry.Engine.Stepped(StepKind.Decode, 32, 1);
            account.Decoded();
            account.Prefilled(7);
            timing.Token();
        }

        Step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 0; step < 1000; step++)
        {
            Step();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(metrics.Heard > 2000);
    }
}
