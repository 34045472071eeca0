using CoLA.Client.Calls;
using CoLA.V1;
using Grpc.Core;

namespace CoLA.Client.Tests.Calls;

public sealed class CallerTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(4, StatusCode.Unavailable)]
    [InlineData(5, StatusCode.DeadlineExceeded)]
    public async Task LookUp_ConnectionCut_IsTheDeadlinesDoingOnceItHasPassed(int seconds, StatusCode expected)
    {
        var time = new SteppedTime();
        var caller = new Caller("acme", Timeout, Timeout, time);

        var exception = await Assert.ThrowsAsync<ColaException>(
            () => LookUpAsync(caller, StatusCode.Unavailable, () => time.Now += TimeSpan.FromSeconds(seconds), TestContext.Current.CancellationToken));

        Assert.Equal(expected, exception.StatusCode);
        Assert.Equal("the request was aborted", exception.Message);
    }

    [Theory]
    [InlineData(StatusCode.Cancelled)]
    [InlineData(StatusCode.Unavailable)]
    public async Task LookUp_EndedByTheCallersToken_IsCancelled(StatusCode status)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var caller = new Caller("acme", Timeout, Timeout, new SteppedTime());

        var exception = await Assert.ThrowsAsync<OperationCanceledException>(() => LookUpAsync(caller, status, stop.Cancel, stop.Token));

        Assert.Equal(stop.Token, exception.CancellationToken);
    }

    [Theory]
    [InlineData(StatusCode.Cancelled)]
    [InlineData(StatusCode.Unavailable)]
    public async Task LookUp_EndedByTheOtherSide_IsItsStatus(StatusCode status)
    {
        var caller = new Caller("acme", Timeout, Timeout, new SteppedTime());

        var exception = await Assert.ThrowsAsync<ColaException>(() => LookUpAsync(caller, status, () => { }, TestContext.Current.CancellationToken));

        Assert.Equal(status, exception.StatusCode);
    }

    /// <summary>A call that ends badly, after something else has happened.</summary>
    private static Task<TenantTask> LookUpAsync(Caller caller, StatusCode status, Action before, CancellationToken cancellation) => caller.LookUpAsync(
        (GetTaskRequest _, CallOptions _) =>
        {
            before();
            var cut = new RpcException(new Grpc.Core.Status(status, "the request was aborted"));
            return new AsyncUnaryCall<TenantTask>(
                Task.FromException<TenantTask>(cut), Task.FromResult(new Metadata()), () => cut.Status, () => [], () => { });
        },
        new GetTaskRequest(),
        null,
        cancellation);

    private sealed class SteppedTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
