using CoLA.Core.Model;
using CoLA.Core.Rejections;
using CoLA.Core.Telemetry;
using CoLA.Server.Telemetry;
using Google.Protobuf.WellKnownTypes;

namespace CoLA.Server.Translation;

/// <summary>What the instruments say, as the contract's status.</summary>
internal static class StatusTranslation
{
    private const double NanosecondsPerSecond = 1e9;

    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromHours(1);

    /// <exception cref="InvalidArgumentRejection">The interval is out of range.</exception>
    public static TimeSpan ToInterval(this Duration? interval)
    {
        if (interval is null)
        {
            return DefaultInterval;
        }

        var seconds = interval.Seconds + (interval.Nanos / NanosecondsPerSecond);
        return seconds >= LeastInterval.TotalSeconds && seconds <= LongestInterval.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new InvalidArgumentRejection("interval", FormattableString.Invariant($"{seconds} s is not in 0.1 s..1 h"));
    }

    /// <param name="readings">What the instruments say.</param>
    /// <param name="model">The base model.</param>
    /// <param name="uptime">Since the server started.</param>
    /// <param name="viewer">Whose tokens are told by task; null for everybody's.</param>
    public static V1.ServerStatus ToContract(this Readings readings, BaseModel model, TimeSpan uptime, string? viewer) => new()
    {
        Uptime = Duration.FromTimeSpan(uptime),
        Model = new V1.BaseModelStatus
        {
            Name = model.Identity.Name,
            Sha256 = model.Identity.Sha256,
            Device = model.Device,
            Dtype = model.DType,
            Bytes = model.Bytes,
            ContextLength = model.Config.ContextLength,
            Quantization = model.Quantization.ToString().ToLowerInvariant(),
        },
        RunningRows = readings.Levels["cola.rows.running"],
        WaitingRows = readings.Levels["cola.rows.waiting"],
        KeyValues = new V1.KeyValueStatus
        {
            UsedBytes = readings.Levels["cola.kv.usage"],
            LimitBytes = readings.Levels["cola.kv.limit"],
            PrefixHits = readings.Levels["cola.prefix.hits"],
            PrefixTokens = readings.Levels["cola.prefix.tokens"],
        },
        Adapters = new V1.AdapterStatus
        {
            Resident = readings.Levels["cola.adapters.resident"],
            Bytes = readings.Levels["cola.adapters.usage"],
            Loads = readings.Distributions["cola.adapters.load.duration"].Counts.Sum(),
            Evictions = readings.Levels["cola.adapters.evictions"],
        },
        Preemptions = readings.Levels["cola.preemptions"],
        BatchRows = readings.Distributions["cola.batch.size"].ToContract(),
        TimeToFirstToken = readings.Distributions["gen_ai.server.time_to_first_token"].ToContract(),
        TimePerOutputToken = readings.Distributions["gen_ai.server.time_per_output_token"].ToContract(),
        Tokens = Counts(readings.Tokens),
        Accounts =
        {
            from tokens in readings.Tokens
            where viewer is null || tokens.Tenant == viewer
            group tokens by (tokens.Tenant, tokens.Task) into account
            orderby account.Key
            select Account(account.Key.Tenant, account.Key.Task, account)
        },
    };

    private static V1.Distribution ToContract(this DistributionSnapshot distribution) =>
        new() { Bounds = { distribution.Bounds }, Counts = { distribution.Counts }, Sum = distribution.Sum };

    private static V1.TokenAccount Account(string tenant, string task, IEnumerable<TokenReading> tokens)
    {
        var account = new V1.TokenAccount { Tenant = tenant == ColaTelemetry.OtherNames ? "" : tenant, Tokens = Counts(tokens) };
        switch (task)
        {
            case ColaTelemetry.BaseModel:
                account.Base = new V1.Base();
                break;
            case ColaTelemetry.OtherNames:
                break;
            default:
                account.Task = task;
                break;
        }

        return account;
    }

    private static V1.TokenCounts Counts(IEnumerable<TokenReading> tokens)
    {
        var sums = tokens.GroupBy(reading => reading.Kind).ToDictionary(kind => kind.Key, kind => kind.Sum(reading => reading.Tokens), StringComparer.Ordinal);
        return new V1.TokenCounts
        {
            Decode = sums.GetValueOrDefault("decode"),
            Prefill = sums.GetValueOrDefault("prefill"),
            Train = sums.GetValueOrDefault("train"),
            Score = sums.GetValueOrDefault("score"),
        };
    }
}
