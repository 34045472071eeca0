using CoLA.Core.Rejections;
using CoLA.Server.Tests.Fakes;
using CoLA.V1;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace CoLA.Server.Tests.Interceptors;

public sealed class RejectionInterceptorTests
{
    public static TheoryData<Rejection, StatusCode> Rejections => new()
    {
        { new InvalidArgumentRejection("spec.rank", "0 is not in 1..256"), StatusCode.InvalidArgument },
        { new NotFoundRejection("pools/p was not found"), StatusCode.NotFound },
        { new AlreadyExistsRejection("pools/p exists already"), StatusCode.AlreadyExists },
        { new PermissionRejection("pools/p belongs to acme"), StatusCode.PermissionDenied },
        { new PreconditionRejection("the task is in a session"), StatusCode.FailedPrecondition },
        { new UnsupportedRejection("no chat template"), StatusCode.Unimplemented },
        { new ExhaustedRejection("64 rows wait", TimeSpan.FromSeconds(2)), StatusCode.ResourceExhausted },
        { new DamagedFileRejection("matrices/ab", "its SHA-256 is another"), StatusCode.DataLoss },
        { new ModelFileRejection("config.json", "rope_scaling.type", "linear or llama3", "yarn"), StatusCode.FailedPrecondition },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Rejections), DisableDiscoveryEnumeration = true)]
    public async Task Call_Rejected_TellsStatusMessageAndDetails(Rejection rejection, StatusCode code)
    {
        await using var edge = await EdgeFixture.StartAsync();
        edge.Service.OnScore = (_, _) => throw rejection;

        var exception = await Assert.ThrowsAsync<RpcException>(async () => await edge.Client.ScoreAsync(new ScoreRequest(), cancellationToken: Token));

        Assert.Equal(code, exception.StatusCode);
        Assert.Equal(rejection.Message, exception.Status.Detail);
        var status = exception.GetRpcStatus()!;
        Assert.Equal(
            rejection is InvalidArgumentRejection invalid ? invalid.Violations.Select(violation => (violation.Field, violation.Description)) : [],
            (status.GetDetail<BadRequest>()?.FieldViolations ?? []).Select(violation => (violation.Field, violation.Description)));
        Assert.Equal(rejection is ExhaustedRejection exhausted ? exhausted.RetryAfter : null, status.GetDetail<RetryInfo>()?.RetryDelay.ToTimeSpan());
        Assert.Contains(edge.Log.Entries, entry => entry is { Level: LogLevel.Information, Event.Name: "CallRefused" });
    }

    [Fact]
    public async Task Stream_RejectedAfterAMessage_TellsTheStatus()
    {
        await using var edge = await EdgeFixture.StartAsync();
        edge.Service.OnGenerate = async (_, stream, _) =>
        {
            await stream.WriteAsync(new GenerateResponse { Text = "a" });
            throw new PreconditionRejection("the version is gone");
        };
        using var call = edge.Client.Generate(new GenerateRequest(), cancellationToken: Token);

        Assert.True(await call.ResponseStream.MoveNext(Token));
        var exception = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Token));

        Assert.Equal(StatusCode.FailedPrecondition, exception.StatusCode);
    }

    [Fact]
    public async Task Call_Broken_HidesTheDetailAndLogsItUnderAnId()
    {
        await using var edge = await EdgeFixture.StartAsync();
        edge.Service.OnScore = (_, _) => throw new InvalidOperationException("the secret");
        edge.Log.AnnounceErrors(1);

        var exception = await Assert.ThrowsAsync<RpcException>(async () => await edge.Client.ScoreAsync(new ScoreRequest(), cancellationToken: Token));

        Assert.Equal(StatusCode.Internal, exception.StatusCode);
        Assert.DoesNotContain("secret", exception.Status.Detail, StringComparison.Ordinal);
        var error = Assert.Single(edge.Log.Entries, entry => entry.Level == LogLevel.Error);
        Assert.Equal("CallFailed", error.Event.Name);
        Assert.Contains("the secret", error.Text, StringComparison.Ordinal);
        Assert.Contains(exception.Status.Detail.Split(' ')[^1], error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_CallerGone_IsNoError()
    {
        await using var edge = await EdgeFixture.StartAsync();
        var ended = new TaskCompletionSource();
        using var cancellation = new CancellationTokenSource();
        edge.Service.OnScore = async (_, context) =>
        {
            try
            {
                await cancellation.CancelAsync();
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                return new ScoreResponse();
            }
            finally
            {
                ended.SetResult();
            }
        };

        var exception = await Assert.ThrowsAsync<RpcException>(
            async () => await edge.Client.ScoreAsync(new ScoreRequest(), cancellationToken: cancellation.Token));
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);

        Assert.Equal(StatusCode.Cancelled, exception.StatusCode);
    }

    [Fact]
    public async Task Stream_CallerGoneBeforeTheTokenSaysSo_IsNoError()
    {
        await using var edge = await EdgeFixture.StartAsync();
        var ended = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        edge.Service.OnGenerate = async (_, stream, context) =>
        {
            // Goes on within the request's own cancellation, ahead of that of the call's token, which was asked for before.
            var token = context.CancellationToken;
            var aborted = new TaskCompletionSource();
            await using var registration = context.GetHttpContext().RequestAborted.Register(aborted.SetResult);
            await stream.WriteAsync(new GenerateResponse { Text = "a" });
            await aborted.Task;
            ended.SetResult(token.IsCancellationRequested);
            await stream.WriteAsync(new GenerateResponse { Text = "b" });
        };
        using (var call = edge.Client.Generate(
            new GenerateRequest(), deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(1), cancellationToken: Token))
        {
            Assert.True(await call.ResponseStream.MoveNext(Token));
        }

        Assert.False(await ended.Task.WaitAsync(TimeSpan.FromSeconds(10), Token));
    }

    [Fact]
    public async Task Call_WriteRefusedAfterTheDeadline_IsNoError()
    {
        var deadline = TimeProvider.System.GetUtcNow().AddMinutes(1);
        await using var edge = await EdgeFixture.StartAsync(new FakeTimeProvider(deadline.AddMinutes(1)));
        edge.Service.OnScore = (_, _) => throw new InvalidOperationException("the response is complete");

        var exception = await Assert.ThrowsAsync<RpcException>(async () =>
            await edge.Client.ScoreAsync(new ScoreRequest(), deadline: deadline.UtcDateTime, cancellationToken: Token));

        Assert.Equal(StatusCode.Cancelled, exception.StatusCode);
    }
}
