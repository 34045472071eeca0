using CoLA.Server.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using OpenTelemetry.Exporter;

namespace CoLA.Server.Tests.Telemetry;

public sealed class OtlpSignalTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(false, "OTEL_EXPORTER_OTLP_ENDPOINT=")]
    [InlineData(true, "OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317")]
    [InlineData(true, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=https://collector/v1/metrics")]
    [InlineData(false, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://localhost:4317")]
    [InlineData(false, "OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317", "OTEL_METRICS_EXPORTER=none")]
    [InlineData(true, "OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317", "OTEL_METRICS_EXPORTER=otlp", "OTEL_TRACES_EXPORTER=none")]
    public void IsWanted_Variables_NeedAnEndpointAndNobodyAgainst(bool wanted, params string[] variables) =>
        Assert.Equal(wanted, Metrics(variables).IsWanted());

    [Fact]
    public void Apply_VariablesOfTheKind_ComeFirst()
    {
        var options = new OtlpExporterOptions { Headers = "a=b", Protocol = OtlpExportProtocol.Grpc, TimeoutMilliseconds = 1 };

        Metrics(
            "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=http://collector:1/v1/metrics",
            "OTEL_EXPORTER_OTLP_METRICS_HEADERS=key=value",
            "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL=http/protobuf",
            "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT=2500",
            "OTEL_EXPORTER_OTLP_TRACES_HEADERS=not=ours").Apply(options);

        Assert.Equal(
            (new Uri("http://collector:1/v1/metrics"), "key=value", OtlpExportProtocol.HttpProtobuf, 2500),
            (options.Endpoint, options.Headers, options.Protocol, options.TimeoutMilliseconds));
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317", "http://localhost:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "collector", "http://localhost:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/json", "grpc or http/protobuf")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "10s", "milliseconds")]
    public void IsWanted_ValueThatIsNone_NamesTheVariableAndTheCure(string variable, string value, string cure)
    {
        var signal = Metrics("OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317", $"{variable}={value}");

        var failure = Assert.Single(Assert.Throws<OptionsValidationException>(() => signal.IsWanted()).Failures);

        Assert.StartsWith($"{variable}: '{value}' is not ", failure, StringComparison.Ordinal);
        Assert.Contains(cure, failure, StringComparison.Ordinal);
    }

    private static OtlpSignal Metrics(params string[] variables)
    {
        // A later variable of the same name holds.
        var configuration = new ConfigurationManager();
        foreach (var variable in variables)
        {
            var cut = variable.IndexOf('=', StringComparison.Ordinal);
            configuration[variable[..cut]] = variable[(cut + 1)..];
        }

        return new OtlpSignal(configuration, "METRICS");
    }
}
