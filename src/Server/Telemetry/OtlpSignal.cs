using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using OpenTelemetry.Exporter;

namespace CoLA.Server.Telemetry;

/// <summary>
/// Where one kind of telemetry is sent, by OpenTelemetry's standard variables. The exporter itself reads those that hold
/// for all kinds; those of one kind, which come before them, are read here.
/// </summary>
/// <param name="configuration">Holds the variables.</param>
/// <param name="name">METRICS or TRACES.</param>
internal sealed class OtlpSignal(IConfiguration configuration, string name)
{
    private const string General = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string None = "none";

    /// <summary>Whether an endpoint is named, and nobody said that this kind is not wanted.</summary>
    /// <exception cref="OptionsValidationException">The endpoint is not an address, or the protocol or timeout is none.</exception>
    public bool IsWanted()
    {
        var wanted = (Own("ENDPOINT") ?? Value(General)) is not null
            && !string.Equals(Value($"OTEL_{name}_EXPORTER"), None, StringComparison.OrdinalIgnoreCase);
        if (wanted)
        {
            Endpoint(General);
            Apply(new OtlpExporterOptions());
        }

        return wanted;
    }

    public void Apply(OtlpExporterOptions options)
    {
        // Set only where it is named: to an endpoint that somebody set, the exporter no longer adds the path of the kind.
        if (Endpoint(NameOf("ENDPOINT")) is { } endpoint)
        {
            options.Endpoint = endpoint;
        }

        options.Headers = Own("HEADERS") ?? options.Headers;
        options.Protocol = Own("PROTOCOL") switch
        {
            null => options.Protocol,
            "grpc" => OtlpExportProtocol.Grpc,
            "http/protobuf" => OtlpExportProtocol.HttpProtobuf,
            var other => throw Wrong(NameOf("PROTOCOL"), $"'{other}' is not a protocol; choose grpc or http/protobuf"),
        };
        if (Own("TIMEOUT") is { } timeout)
        {
            options.TimeoutMilliseconds = int.TryParse(timeout, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
                ? milliseconds
                : throw Wrong(NameOf("TIMEOUT"), $"'{timeout}' is not a number of milliseconds");
        }
    }

    private Uri? Endpoint(string variable) => Value(variable) is not { } text ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri
        : throw Wrong(variable, $"'{text}' is not an address like http://localhost:4317");

    private string? Own(string part) => Value(NameOf(part));

    private string? Value(string variable) => configuration[variable] is { Length: > 0 } value ? value : null;

    private string NameOf(string part) => $"OTEL_EXPORTER_OTLP_{name}_{part}";

    private static OptionsValidationException Wrong(string variable, string cure) =>
        new(variable, typeof(OtlpExporterOptions), [$"{variable}: {cure}"]);
}
