using System.Diagnostics;
using System.Text.Json;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Architecture.Tests;

/// <summary>Projects as MSBuild evaluates them. Paths are relative to the repository's root.</summary>
internal static class ProjectEvaluation
{
    public static async Task<IReadOnlyList<string>> ItemsAsync(string project, string kind, params string[] options)
    {
        using var json = JsonDocument.Parse(await RunAsync("dotnet", ["msbuild", project, $"-getItem:{kind}", .. options]));
        return [.. json.RootElement.GetProperty("Items").GetProperty(kind).EnumerateArray().Select(item => item.GetProperty("Identity").GetString()!)];
    }

    public static async Task<string> PropertyAsync(string project, string name) =>
        (await RunAsync("dotnet", "msbuild", project, $"-getProperty:{name}")).Trim();

    /// <summary>Standard output of a program that must succeed, run in the repository's root.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = SharedMaterial.RepositoryRoot,
            RedirectStandardOutput = true,
        })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
