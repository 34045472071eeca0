using CoLA.TestKit;
using Xunit;

namespace CoLA.Architecture.Tests;

/// <summary>What the build promises: one switch between CPU and CUDA, and libtorch once on the disk.</summary>
public sealed class BuildTests
{
    [Theory]
    [InlineData("cpu", "libtorch-cpu-linux-x64", "TorchSharp-cuda-linux")]
    [InlineData("cuda", "TorchSharp-cuda-linux", "libtorch-cpu-linux-x64")]
    public async Task TorchBackend_Evaluated_ReferencesItsOwnLibtorch(string backend, string wanted, string unwanted)
    {
        var packages = await ProjectEvaluation.ItemsAsync("src/Core/CoLA.Core.csproj", "PackageReference", $"-p:TorchBackend={backend}");

        Assert.Contains(wanted, packages);
        Assert.DoesNotContain(unwanted, packages);
    }

    [Theory]
    [InlineData("src/Server/CoLA.Server.csproj")]
    [InlineData("tests/Server.Tests/CoLA.Server.Tests.csproj")]
    public async Task BannedSymbols_OfAProject_ReachTheAnalyzer(string project)
    {
        var files = await ProjectEvaluation.ItemsAsync(project, "AdditionalFiles");

        Assert.Contains(Path.Combine(SharedMaterial.RepositoryRoot, "BannedSymbols.txt"), files);
    }

    [Fact]
    public async Task Libtorch_InTheOutput_IsALinkToThePackages()
    {
        var library = Directory.GetFiles(AppContext.BaseDirectory, "libtorch_cpu.so", SearchOption.AllDirectories).FirstOrDefault();
        Assert.SkipWhen(library is null, "this build brings no libtorch for the CPU");
        var packages = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        Assert.SkipUnless(
            await DeviceOf(packages) == await DeviceOf(AppContext.BaseDirectory),
            "the package cache is on another file system, where hard links cannot reach");

        Assert.True(int.Parse(await ProjectEvaluation.RunAsync("stat", "-c", "%h", library!), System.Globalization.CultureInfo.InvariantCulture) > 1);
    }

    private static async Task<string> DeviceOf(string path) => Directory.Exists(path) ? await ProjectEvaluation.RunAsync("stat", "-c", "%d", path) : "";
}
