using CoLA.V1;
using Google.Protobuf.WellKnownTypes;

namespace CoLA.Cli.Tests.Status;

/// <summary>What servers tell.</summary>
internal static class Statuses
{
    private const int RowsPerStep = 4;

    /// <summary>A server that is busy after so many seconds.</summary>
    public static ServerStatus At(double seconds, long decoded) => new()
    {
        Uptime = Duration.FromTimeSpan(TimeSpan.FromSeconds(seconds)),
        Model = new BaseModelStatus
        {
            Name = "a-model-with-quite-a-long-name-instruct",
            Sha256 = new string('a', 64),
            Device = "cpu",
            Dtype = "float32",
            Bytes = 538_000_000,
            ContextLength = 8192,
        },
        RunningRows = 64,
        WaitingRows = 1234,
        KeyValues = new KeyValueStatus { UsedBytes = 1L << 30, LimitBytes = 2L << 30, PrefixHits = 1_000_000, PrefixTokens = 123_456_789 },
        Adapters = new AdapterStatus { Resident = 100, Bytes = 900 << 20, Loads = 10_000, Evictions = 9_900 },
        Preemptions = 12,
        BatchRows = new Distribution { Bounds = { 1, 8 }, Counts = { 0, decoded / RowsPerStep, 0 }, Sum = decoded },
        TimeToFirstToken = new Distribution { Bounds = { 0.1, 10 }, Counts = { decoded, 0, decoded }, Sum = 1 },
        TimePerOutputToken = new Distribution { Bounds = { 0.1, 10 }, Counts = { decoded, 0, 0 }, Sum = 1 },
        Tokens = new TokenCounts { Decode = decoded, Prefill = 2 * decoded, Train = 3 * decoded },
    };

    public static TokenAccount Account(string tenant, string? task, long decoded)
    {
        var account = new TokenAccount { Tenant = tenant, Tokens = new TokenCounts { Decode = decoded } };
        if (task is null)
        {
            account.Base = new Base();
        }
        else
        {
            account.Task = task;
        }

        return account;
    }
}
