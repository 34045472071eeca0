namespace CoLA.Bench.Loads;

/// <summary>Requests of which so many are always on their way: where one ends, the next begins.</summary>
internal static class ClosedLoop
{
    /// <param name="inFlight">Requests on their way at one time.</param>
    /// <param name="requests">Requests in all.</param>
    /// <param name="requestAsync">Sends one; it is told which.</param>
    public static Task RunAsync(int inFlight, int requests, Func<int, Task> requestAsync)
    {
        var sent = -1;
        return Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref sent) is var request && request < requests)
            {
                await requestAsync(request);
            }
        })));
    }
}
