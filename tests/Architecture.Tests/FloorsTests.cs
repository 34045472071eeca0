using System.Reflection;
using System.Text.RegularExpressions;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Architecture.Tests;

/// <summary>Every room uses only rooms of the floors below it, in what is compiled and in what is written.</summary>
public sealed partial class FloorsTests
{
    private static readonly Dictionary<string, (Assembly Assembly, IReadOnlyList<IReadOnlyList<string>> Floors)> Projects = new()
    {
        ["Core"] = (typeof(Core.ColaCore).Assembly, Floors.Core),
        ["Server"] = (typeof(Server.ColaServer).Assembly, Floors.Server),
        ["Cli"] = (Assembly.Load("cola"), Floors.Cli),
    };

    public static TheoryData<string> Names => [.. Projects.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Types_OfARoom_UseOnlyRoomsBelow(string project)
    {
        var (assembly, floors) = Projects[project];
        var floorOf = FloorOfRoom(floors);
        var upwards = RoomGraph.Read(assembly.Location)
            .Select(use => (use, From: RoomOf(use.Namespace, project), To: RoomOf(use.UsedNamespace, project)))
            .Where(use => use.From != use.To && floorOf[use.To] >= floorOf[use.From])
            .Select(use => $"{use.From}/{use.use.Name} uses {use.To}/{use.use.UsedName}");

        Assert.Empty(upwards);
    }

    /// <summary>Constants and names leave no trace in what is compiled; their using directives do in what is written.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void UsingDirectives_OfARoom_NameOnlyRoomsBelow(string project)
    {
        var floorOf = FloorOfRoom(Projects[project].Floors);
        var folder = FolderOf(project);
        var upwards =
            from path in Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
            let file = Path.GetRelativePath(folder, path)
            let room = (Path.GetDirectoryName(file) ?? "").Replace(Path.DirectorySeparatorChar, '.')
            from directive in UsingDirective().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value)
            where directive.StartsWith($"CoLA.{project}.", StringComparison.Ordinal)
            let used = RoomOf(directive, project)
            where floorOf.ContainsKey(used) && used != room && floorOf[used] >= floorOf[room]
            select $"{file} uses {used}";

        Assert.Empty(upwards);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Rooms_OfTheAssembly_AreThoseOfTheFloors(string project)
    {
        var (assembly, floors) = Projects[project];
        var rooms = assembly.GetTypes()
            .Where(type => type.Namespace?.StartsWith($"CoLA.{project}", StringComparison.Ordinal) == true)
            .Select(type => RoomOf(type.Namespace!, project)).Distinct();

        Assert.Equal(floors.SelectMany(floor => floor).Order(StringComparer.Ordinal), rooms.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Picture_InTheReadme_ShowsTheFloors(string project)
    {
        var readme = File.ReadAllText(Path.Combine(FolderOf(project), "README.md"));
        var drawn = Subgraph().Matches(readme).Select(floor => Room().Matches(floor.Groups[1].Value).Select(room => room.Groups[1].Value));

        Assert.Equal(
            Projects[project].Floors.Where(floor => !floor.Contains(Floors.Roof)).Select(floor => string.Join(", ", floor)),
            drawn.Select(floor => string.Join(", ", floor).Replace('/', '.')));
    }

    private static Dictionary<string, int> FloorOfRoom(IReadOnlyList<IReadOnlyList<string>> floors) =>
        floors.Index().SelectMany(floor => floor.Item.Select(room => (room, floor.Index))).ToDictionary(pair => pair.room, pair => pair.Index);

    private static string RoomOf(string space, string project) => space[$"CoLA.{project}".Length..].TrimStart('.');

    private static string FolderOf(string project) => Path.Combine(SharedMaterial.RepositoryRoot, "src", project);

    [GeneratedRegex(@"^using (?:static |\w+ = )?(CoLA\.[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex UsingDirective();

    /// <summary>A floor in a Mermaid picture: from its line to the line that ends it.</summary>
    [GeneratedRegex(@"^ *subgraph [^\n]*\n(.*?)^ *end", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Subgraph();

    /// <summary>A room in a floor: <c>id["Room"]</c>.</summary>
    [GeneratedRegex("""\["([\w/]+)"\]""")]
    private static partial Regex Room();
}
