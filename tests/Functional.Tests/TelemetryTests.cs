using CoLA.Functional.Tests.Processes;
using CoLA.TestKit;
using CoLA.V1;

namespace CoLA.Functional.Tests;

/// <summary>What a server sends where OpenTelemetry's standard variables say so.</summary>
public sealed class TelemetryTests : IDisposable
{
    private readonly TemporaryDirectory _model = new();
    private readonly TemporaryDirectory _data = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _model.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task Serve_OneEndpointForAll_SendsMetricsAndSpansToTheirPaths()
    {
        await using var collector = await Collector.StartAsync(Token);
        await using var server = await StartAsync(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.HttpAddress),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_RESOURCE_ATTRIBUTES", "service.name=cola-of-acme,deployment.environment.name=test"));

        await GenerateAsync(server);

        await collector.WaitForAsync(
            "/v1/metrics",
            ["cola-of-acme", "deployment.environment.name", "cola.tokens", "gen_ai.server.time_to_first_token", "http.server.request.duration",
                "dotnet.gc.collections"],
            Token);
        await GenerateAsync(server);
        await collector.WaitForAsync(
            "/v1/traces",
            ["cola-of-acme", "text_completion", "gen_ai.usage.output_tokens", "queue", "prefill", "decode", "/cola.v1.InferenceService/GenerateBatch"],
            Token);
    }

    [Fact]
    public async Task Serve_EndpointForSpans_SendsThemAlone()
    {
        await using var collector = await Collector.StartAsync(Token);
        await using var server = await StartAsync(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:9"),
            ("OTEL_METRICS_EXPORTER", "none"),
            ("OTEL_SERVICE_NAME", "cola-of-acme"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", collector.GrpcAddress),
            ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc"));

        await GenerateAsync(server);

        await collector.WaitForAsync("/opentelemetry.proto.collector.trace.v1.TraceService/Export", ["cola-of-acme", "text_completion", "cola.tenant"], Token);
    }

    [Fact]
    public async Task Serve_EndpointThatIsNone_NamesTheVariable()
    {
        await using var process = ColaProcess.Start(
            [KeyValuePair.Create("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317")], ServerProcess.Arguments(RandomModel.Write(_model), _data.Path));

        var ending = await process.WaitForEndAsync(Token);

        Assert.Equal(2, ending.ExitCode);
        Assert.Contains("OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4317' is not an address like http://localhost:4317", ending.Error, StringComparison.Ordinal);
    }

    private static async Task GenerateAsync(ServerProcess server) => await server.Acme.Inference.CompleteBatchAsync(
        [new GenerateRow { Source = new Source { Base = new Base() }, Prompt = new Prompt { Text = "abc" }, MaxTokens = 4 }], cancellationToken: Token);

    private Task<ServerProcess> StartAsync(params (string Name, string Value)[] variables) => ServerProcess.StartAsync(
        RandomModel.Write(_model),
        _data.Path,
        [
            .. variables.Select(variable => KeyValuePair.Create(variable.Name, variable.Value)),
            KeyValuePair.Create("OTEL_METRIC_EXPORT_INTERVAL", "100"),
            KeyValuePair.Create("OTEL_BSP_SCHEDULE_DELAY", "100"),
        ],
        Token);
}
