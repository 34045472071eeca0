using System.Globalization;
using CoLA.Cli.Naming;
using CoLA.Cli.Status;
using CoLA.V1;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CoLA.Cli.Rendering;

/// <summary>A server's status as people see it: a screen, or a line.</summary>
internal static class StatusTables
{
    private const string None = "-";
    private const string Others = "(others)";
    private const int Accounts = 6;
    private const int GaugeWidth = 20;

    /// <summary>A column for each second of a minute.</summary>
    private const int SparklineWidth = 60;

    /// <param name="reading">The newest.</param>
    /// <param name="minute">Tokens a second in the last minute, the oldest first.</param>
    /// <returns>At most 80 columns and 24 lines, as small terminals have.</returns>
    public static IRenderable Screen(StatusReading reading, IReadOnlyList<TokenRates> minute) => new Rows(
        Model(reading.Status),
        Facts(reading),
        Text.Empty,
        Rates(reading.TokensPerSecond, minute),
        Text.Empty,
        ByAccount(reading));

    /// <summary>All but the accounts.</summary>
    public static string Line(StatusReading reading)
    {
        var (status, tokens) = (reading.Status, reading.TokensPerSecond);
        return string.Join("  ",
            $"up {Sizes.Duration(status.Uptime.ToTimeSpan())}",
            $"running {status.RunningRows}",
            $"waiting {status.WaitingRows}",
            $"rows/step {RowsPerStep(reading)}",
            $"decode {Sizes.Rate(tokens.Decode)}/s",
            $"prefill {Sizes.Rate(tokens.Prefill)}/s",
            $"train {Sizes.Rate(tokens.Train)}/s",
            $"score {Sizes.Rate(tokens.Score)}/s",
            $"kv {Sizes.Bytes(status.KeyValues.UsedBytes)} of {Sizes.Bytes(status.KeyValues.LimitBytes)}",
            $"adapters {status.Adapters.Resident}",
            $"loads {status.Adapters.Loads}",
            $"evictions {status.Adapters.Evictions}",
            $"prefix hits {status.KeyValues.PrefixHits}",
            $"preemptions {status.Preemptions}",
            $"first token {Latency(reading.TimeToFirstToken)}",
            $"per token {Latency(reading.TimePerOutputToken)}");
    }

    private static Text Model(ServerStatus status) => new(
        $"{status.Model.Name}  {status.Model.Device} {Weights(status.Model)}  {Sizes.Bytes(status.Model.Bytes)}  up "
            + $"{Sizes.Duration(status.Uptime.ToTimeSpan())}",
        new Style(decoration: Decoration.Bold))
    { Overflow = Overflow.Ellipsis };

    /// <summary>What they are, not what is computed in: that is float32 beside them.</summary>
    public static string Weights(BaseModelStatus model) => model.Quantization is "" or "none" ? model.Dtype : model.Quantization;

    private static Table Facts(StatusReading reading)
    {
        var (status, kept) = (reading.Status, reading.Status.KeyValues);
        var share = kept.LimitBytes > 0 ? (double)kept.UsedBytes / kept.LimitBytes : 0;
        var keyValues = new Grid().AddColumn(new GridColumn().Padding(0, 0, 1, 0)).AddColumn(new GridColumn().Padding(0, 0, 0, 0)).AddRow(
            new Gauge(share, GaugeWidth),
            new Text(string.Create(CultureInfo.InvariantCulture, $"{Sizes.Bytes(kept.UsedBytes)} of {Sizes.Bytes(kept.LimitBytes)} ({share:0%})")));
        var table = Tables.New("", "").HideHeaders().NoBorder();
        Add("rows", new Text($"{status.RunningRows} running, {status.WaitingRows} waiting, {RowsPerStep(reading)} a step"));
        Add("keys and values", keyValues);
        Add("prefixes", new Text($"{Sizes.Count(kept.PrefixHits)} hits, {Sizes.Count(kept.PrefixTokens)} tokens saved"));
        Add("preemptions", new Text(Sizes.Count(status.Preemptions)));
        Add(
            "adapters",
            new Text(
                $"{status.Adapters.Resident} resident ({Sizes.Bytes(status.Adapters.Bytes)}), {Sizes.Count(status.Adapters.Loads)} loads, "
                    + $"{Sizes.Count(status.Adapters.Evictions)} evictions"));
        Add("first token", new Text($"{Latency(reading.TimeToFirstToken)} (over {Sizes.Duration(TimeSpan.FromSeconds(reading.LatencySeconds))})"));
        Add("per token", new Text(Latency(reading.TimePerOutputToken)));
        return table;

        void Add(string name, IRenderable value) => table.AddRow(new Text(name, new Style(decoration: Decoration.Dim)), value);
    }

    private static Table Rates(TokenRates now, IReadOnlyList<TokenRates> minute)
    {
        var table = Tables.New("tokens/s", "now", "last minute").NoBorder().RightAligned(1);
        Add("decode", tokens => tokens.Decode);
        Add("prefill", tokens => tokens.Prefill);
        Add("train", tokens => tokens.Train);
        Add("score", tokens => tokens.Score);
        return table;

        void Add(string kind, Func<TokenRates, double> of) => table.AddRow(
            new Text(kind),
            new Text(Sizes.Rate(of(now))),
            new Sparkline([.. minute.Select(of)], SparklineWidth));
    }

    private static IRenderable ByAccount(StatusReading reading)
    {
        if (reading.Accounts.Count == 0)
        {
            return new Text("No tokens yet of tenants that you see.");
        }

        var table = Tables.New("tenant", "task", "tokens/s", "decode", "prefill", "train", "score").NoBorder().RightAligned(2, 3, 4, 5, 6);
        foreach (var account in reading.Accounts.Take(Accounts))
        {
            var tokens = account.TokensPerSecond;
            table.AddRow(
                [
                    Name(account.Tenant), Name(Short(account)),
                    .. new[] { tokens.Total, tokens.Decode, tokens.Prefill, tokens.Train, tokens.Score }.Select(rate => new Text(Sizes.Rate(rate))),
                ]);
        }

        var more = reading.Accounts.Count - Accounts;
        return more > 0 ? table.Caption($"and {more} more") : table;

        static Text Name(string? name) => new(name ?? Others) { Overflow = Overflow.Ellipsis };

        // A tenant's own task without its owner's name again.
        static string? Short(AccountRates account) => account.Task is not { } task ? null
            : ResourceNames.Short(task) is var name && name.StartsWith($"{account.Tenant}/", StringComparison.Ordinal) ? name[(account.Tenant!.Length + 1)..]
            : name;
    }

    private static string RowsPerStep(StatusReading reading) => reading.RowsPerStep?.ToString("0.0", CultureInfo.InvariantCulture) ?? None;

    private static string Latency(Percentiles times)
    {
        return $"p50 {Of(times.P50)} p95 {Of(times.P95)}";

        string Of(double? seconds) => seconds is null ? None : $"{(seconds >= times.Limit ? ">" : "")}{Sizes.Latency(seconds.Value)}";
    }
}
