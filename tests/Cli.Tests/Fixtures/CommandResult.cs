using System.Text.Json;
using Xunit;

namespace CoLA.Cli.Tests.Fixtures;

/// <summary>What a command said and how it ended.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>Standard output as the one JSON object that it must be.</summary>
    public JsonElement Json()
    {
        // Parse refuses anything behind the first value, a second object too.
        using var document = JsonDocument.Parse(Output);
        Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
        Assert.StartsWith("{", Output, StringComparison.Ordinal);
        return document.RootElement.Clone();
    }

    /// <summary>The command did what it was asked for.</summary>
    public CommandResult Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Error}{Output}");
        return this;
    }
}
