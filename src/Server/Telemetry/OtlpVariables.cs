using System.Collections;
using Microsoft.Extensions.Configuration;

namespace CoLA.Server.Telemetry;

/// <summary>The environment's standard variables of OpenTelemetry, for a host that reads no others.</summary>
internal static class OtlpVariables
{
    private const string Prefix = "OTEL_";

    public static IConfiguration AddTo(IConfigurationManager configuration)
    {
        configuration.AddInMemoryCollection(Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(variable => ((string)variable.Key).StartsWith(Prefix, StringComparison.Ordinal))
            .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value)));
        return configuration;
    }
}
