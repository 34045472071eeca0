using System.Reflection;
using System.Text.RegularExpressions;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Architecture.Tests;

/// <summary>What holds between rooms, whatever stands in them.</summary>
public sealed partial class RoomsTests
{
    public static TheoryData<string> Readmes =>
    [
        .. Directory.GetFiles(SharedMaterial.RepositoryRoot, "README.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(SharedMaterial.RepositoryRoot, path))
            .Where(path => !path.StartsWith("artifacts", StringComparison.Ordinal)),
    ];

    [Theory]
    [InlineData("Grpc")]
    [InlineData("Google.Protobuf")]
    [InlineData("Microsoft.AspNetCore")]
    public void Core_References_NothingOfTheEdge(string edge)
    {
        var references = typeof(Core.ColaCore).Assembly.GetReferencedAssemblies().Select(reference => reference.Name!);

        Assert.DoesNotContain(references, reference => reference.StartsWith(edge, StringComparison.Ordinal));
    }

    [Fact]
    public void Client_References_NeitherCoreNorTorch()
    {
        var references = typeof(Client.ColaClient).Assembly.GetReferencedAssemblies().Select(reference => reference.Name!).ToArray();

        Assert.DoesNotContain("CoLA.Core", references);
        Assert.DoesNotContain("TorchSharp", references);
    }

    [Fact]
    public void Namespaces_OfEveryProject_AreTheirPaths()
    {
        Assembly[] assemblies =
        [
            typeof(Core.ColaCore).Assembly, typeof(Server.ColaServer).Assembly, typeof(Client.ColaClient).Assembly, typeof(Models.Hub.HubDownload).Assembly,
            Assembly.Load("cola"),
        ];
        foreach (var assembly in assemblies)
        {
            var project = assembly.GetName().Name is "cola" ? "Cli" : assembly.GetName().Name!["CoLA.".Length..];
            var folder = Path.Combine(SharedMaterial.RepositoryRoot, "src", project);
            var missing = Types(assembly)
                .Select(type => type.Namespace![$"CoLA.{project}".Length..].Trim('.'))
                .Distinct()
                .Where(space => !Directory.Exists(Path.Combine(folder, space.Replace('.', Path.DirectorySeparatorChar))));

            Assert.Empty(missing);
        }
    }

    [Theory]
    [MemberData(nameof(Readmes))]
    public void Readme_PathsInIt_AreThere(string readme)
    {
        var path = Path.Combine(SharedMaterial.RepositoryRoot, readme);
        var missing = PathInBackticks().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value)
            .Where(name => !name.StartsWith("..", StringComparison.Ordinal)) // beside the project, not in it
            .Where(name => new[] { SharedMaterial.RepositoryRoot, Path.GetDirectoryName(path)! }
                .All(from => !File.Exists(Path.Combine(from, name)) && !Directory.Exists(Path.Combine(from, name))));

        Assert.Empty(missing);
    }

    private static IEnumerable<Type> Types(Assembly assembly) =>
        assembly.GetTypes().Where(type => type.Namespace?.StartsWith("CoLA.", StringComparison.Ordinal) == true);

    /// <summary>A path in back-ticks: it has a slash, or ends like a source file.</summary>
    [GeneratedRegex(@"`((?:[\w.-]+/)+[\w.-]*|[\w.-]+\.(?:cs|proto|csproj|sln))`")]
    private static partial Regex PathInBackticks();
}
