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

        var exception = await Assert.ThrowsAsync<ColaException>(() => caller.LookUpAsync(
            (GetTaskRequest _, CallOptions _) =>
            {
                time.Now += TimeSpan.FromSeconds(seconds);
                var cut = new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "the request was aborted"));
                return new AsyncUnaryCall<TenantTask>(
                    Task.FromException<TenantTask>(cut), Task.FromResult(new Metadata()), () => cut.Status, () => [], () => { });
            },
            new GetTaskRequest(),
            null,
            TestContext.Current.CancellationToken));

        Assert.Equal(expected, exception.StatusCode);
        Assert.Equal("the request was aborted", exception.Message);
    }

    private sealed class SteppedTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
