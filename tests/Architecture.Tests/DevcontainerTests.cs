using System.Text.Json;
using CoLA.Server.Settings;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Architecture.Tests;

/// <summary>The development container repeats what is said elsewhere; it must say the same.</summary>
public sealed class DevcontainerTests
{
    [Fact]
    public void Container_Forwards_ThePortOfTheServer()
    {
        var ports = Read(".devcontainer/devcontainer.json").GetProperty("forwardPorts").EnumerateArray().Select(port => port.GetInt32());

        Assert.Contains(new ServerOptions().Port, ports);
    }

    [Fact]
    public void Container_Installs_ThePinnedSdk()
    {
        var installed = Read(".devcontainer/devcontainer.json").GetProperty("features").EnumerateObject()
            .Single(feature => feature.Name.Contains("/dotnet:", StringComparison.Ordinal)).Value.GetProperty("version").GetString();

        Assert.Equal(Read("global.json").GetProperty("sdk").GetProperty("version").GetString(), installed);
    }

    private static JsonElement Read(string file) =>
        JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(SharedMaterial.RepositoryRoot, file)));
}
