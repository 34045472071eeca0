namespace CoLA.Bench.Loads;

/// <summary>Percentiles and throughput of many requests, under OpenTelemetry's gen_ai names where it has one; seconds.</summary>
internal static class LoadReport
{
    private static readonly int[] Percentiles = [50, 95, 99];

    /// <param name="figures">Where to write.</param>
    /// <param name="answered">The requests that were answered.</param>
    /// <param name="seconds">How long all took together.</param>
    public static void Write(IDictionary<string, double> figures, IReadOnlyCollection<RequestTiming> answered, double seconds)
    {
        Write(figures, "gen_ai.server.time_to_first_token", answered.Select(request => request.ToFirstToken));
        Write(figures, "gen_ai.server.time_per_output_token", answered.Select(request => request.PerToken).OfType<double>());
        Write(figures, "gen_ai.client.operation.duration", answered.Select(request => request.Duration));
        var input = answered.Sum(request => request.PromptTokens);
        var output = answered.Sum(request => (long)request.NewTokens);
        figures["gen_ai.usage.input_tokens"] = input;
        figures["gen_ai.usage.output_tokens"] = output;
        figures["outputTokensPerSecond"] = output / seconds;
        figures["totalTokensPerSecond"] = (input + output) / seconds;
        figures["requestsPerSecond"] = answered.Count / seconds;
    }

    private static void Write(IDictionary<string, double> figures, string name, IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        foreach (var percentile in sorted.Length > 0 ? Percentiles : [])
        {
            // The nearest rank: the smallest value that so many per cent do not exceed.
            figures[$"{name}.p{percentile}"] = sorted[(int)Math.Ceiling(percentile / 100.0 * sorted.Length) - 1];
        }
    }
}
