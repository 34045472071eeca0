using CoLA.TestKit;
using Xunit;

namespace CoLA.Architecture.Tests;

/// <summary>Lines that fit beside another window.</summary>
public sealed class LinesTests
{
    private const int LongestLine = 160;

    private static readonly string[] Folders = ["src", "tests", "bench", "tools", "samples"];

    [Fact]
    public void Lines_OfEveryFile_HaveAtMost160Columns()
    {
        var tooLong =
            from folder in Folders
            let path = Path.Combine(SharedMaterial.RepositoryRoot, folder)
            where Directory.Exists(path)
            from file in Directory.GetFiles(path, "*.cs", SearchOption.AllDirectories)
            from line in File.ReadLines(file).Index()
            where line.Item.Length > LongestLine
            select $"{Path.GetRelativePath(SharedMaterial.RepositoryRoot, file)}:{line.Index + 1} has {line.Item.Length} columns";

        Assert.Empty(tooLong);
    }
}
