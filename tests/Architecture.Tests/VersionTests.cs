using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Architecture.Tests;

/// <summary>The version is written once, and everything that tells it tells the same.</summary>
public sealed partial class VersionTests
{
    private static readonly string[] VersionElements = ["Version", "VersionPrefix", "AssemblyVersion", "FileVersion", "InformationalVersion", "PackageVersion"];

    private static string Version { get; } =
        XDocument.Load(PathOf("Directory.Build.props")).Descendants("Version").Single().Value;

    [Fact]
    public void Projects_OfTheRepository_SetNoVersionOfTheirOwn()
    {
        string[] folders = ["protos", "src", "tests", "tools", "bench"];
        var projects = folders.SelectMany(folder => Directory.GetFiles(PathOf(folder), "*.csproj", SearchOption.AllDirectories));

        Assert.All(projects, project => Assert.DoesNotContain(
            XDocument.Load(project).Descendants().Select(element => element.Name.LocalName), VersionElements.Contains));
    }

    [Theory]
    [InlineData("src/Client/CoLA.Client.csproj")]
    [InlineData("protos/CoLA.Protos.csproj")]
    public async Task Package_OfAProject_HasTheVersion(string project) =>
        Assert.Equal(Version, await ProjectEvaluation.PropertyAsync(project, "PackageVersion"));

    [Fact]
    public void Assembly_OfTheClient_HasTheVersion()
    {
        var told = typeof(Client.ColaClient).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

        Assert.Equal(Version, told.Split('+')[0]); // behind the plus sign: the commit
    }

    [Fact]
    public void Changelog_Headings_AreUnreleasedAndThenTheVersion()
    {
        var headings = ReleaseHeading().Matches(File.ReadAllText(PathOf("CHANGELOG.md"))).Select(match => match.Groups[1].Value).ToArray();

        Assert.Equal("[Unreleased]", headings[0]);
        Assert.Matches($@"^\[{Regex.Escape(Version)}\] - \d{{4}}-\d\d-\d\d$", headings[1]);
    }

    private static string PathOf(string name) => Path.Combine(SharedMaterial.RepositoryRoot, name);

    [GeneratedRegex("^## (.*)$", RegexOptions.Multiline)]
    private static partial Regex ReleaseHeading();
}
