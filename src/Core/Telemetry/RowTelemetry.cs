using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CoLA.Core.Telemetry;

/// <summary>
/// Telemetry of a generated row, recorded when it ends: OpenTelemetry's gen_ai instruments and, if there is a listener, a
/// span with child spans for queue, prefill and decode. Nothing is recorded per token or on the engine's thread.
/// </summary>
internal sealed class RowTelemetry
{
    private const string Operation = "text_completion";
    private const string Provider = "cola";

    private static readonly KeyValuePair<string, object?> InputTokens = new("gen_ai.token.type", "input");
    private static readonly KeyValuePair<string, object?> OutputTokens = new("gen_ai.token.type", "output");

    private readonly ActivitySource _source;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _toFirstToken;
    private readonly Histogram<double> _perToken;
    private readonly Histogram<long> _usage;

    public RowTelemetry(Meter meter, ActivitySource source)
    {
        _source = source;
        _duration = Seconds(
            meter, "gen_ai.server.request.duration", "Time from a row's arrival to its end",
            [.01, .02, .04, .08, .16, .32, .64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]);
        _toFirstToken = Seconds(
            meter, "gen_ai.server.time_to_first_token", "Time from a row's arrival to its first token",
            [.001, .005, .01, .02, .04, .06, .08, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10]);
        _perToken = Seconds(
            meter, "gen_ai.server.time_per_output_token", "Mean time per token after the first", [.01, .025, .05, .075, .1, .15, .2, .3, .4, .5, .75, 1, 2.5]);
        _usage = meter.CreateHistogram<long>(
            "gen_ai.client.token.usage",
            "{token}",
            "Tokens of a row's prompt and of its answer",
            advice: new InstrumentAdvice<long>
            {
                HistogramBucketBoundaries = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864],
            });
    }

    /// <summary>Name of the base model.</summary>
    public string Model { get; set; } = "";

    /// <summary>Records a row that has ended.</summary>
    /// <param name="row">The row's outcome.</param>
    /// <param name="parent">The span of the call; the default value if there is none.</param>
    public void Ended(RowOutcome row, ActivityContext parent)
    {
        var ended = Stopwatch.GetTimestamp();
        var tags = Tags();
        if (row.CompletionTokens > 0)
        {
            _usage.Record(row.PromptTokens, Tags(InputTokens));
            _usage.Record(row.CompletionTokens, Tags(OutputTokens));
        }

        if (row.Error is null)
        {
            _toFirstToken.Record(Seconds(row.Timing.Submitted, row.Timing.FirstToken), tags);
            if (row.CompletionTokens > 1)
            {
                _perToken.Record(Seconds(row.Timing.FirstToken, row.Timing.LastToken) / (row.CompletionTokens - 1), tags);
            }
        }
        else
        {
            tags.Add("error.type", row.Error);
        }

        _duration.Record(Seconds(row.Timing.Submitted, ended), tags);
        if (_source.HasListeners())
        {
            Trace(row, parent, ended);
        }
    }

    private static Histogram<double> Seconds(Meter meter, string name, string description, double[] boundaries) =>
        meter.CreateHistogram(name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = boundaries });

    private static double Seconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalSeconds;

    private TagList Tags(params ReadOnlySpan<KeyValuePair<string, object?>> more)
    {
        var tags = new TagList(more)
        {
            { "gen_ai.operation.name", Operation },
            { "gen_ai.provider.name", Provider },
            { "gen_ai.request.model", Model },
        };
        return tags;
    }

    private void Trace(RowOutcome row, ActivityContext parent, long ended)
    {
        var clock = TimeProvider.System.GetUtcNow();
        DateTimeOffset At(long timestamp) => clock - Stopwatch.GetElapsedTime(timestamp, ended);

        using var span = _source.StartActivity($"{Operation} {Model}", ActivityKind.Internal, parent, Tags(), startTime: At(row.Timing.Submitted));
        if (span is null)
        {
            return;
        }

        span.SetTag("cola.tenant", row.Tenant)
            .SetTag("cola.task", row.Task)
            .SetTag("gen_ai.usage.input_tokens", row.PromptTokens)
            .SetTag("gen_ai.usage.output_tokens", row.CompletionTokens);
        if (row.Error is null)
        {
            span.SetTag("gen_ai.response.finish_reasons", new[] { row.Reason });
        }
        else
        {
            span.SetTag("error.type", row.Error).SetStatus(ActivityStatusCode.Error);
        }

        long[] marks = [row.Timing.Submitted, row.Timing.Admitted, row.Timing.FirstToken, row.Timing.LastToken];
        string[] phases = ["queue", "prefill", "decode"];
        for (var phase = 0; phase < phases.Length && marks[phase] > 0; phase++)
        {
            // The last phase that the row reached lasts until the row's end.
            using var child = _source.StartActivity(phases[phase], ActivityKind.Internal, span.Context, startTime: At(marks[phase]));
            child?.SetEndTime(At(marks[phase + 1] > 0 ? marks[phase + 1] : ended).UtcDateTime);
        }

        span.SetEndTime(clock.UtcDateTime);
    }
}
