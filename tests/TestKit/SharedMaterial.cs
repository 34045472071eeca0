using System.Reflection;
using Xunit;

namespace CoLA.TestKit;

/// <summary>
/// Models, goldens and data that stand beside the project, under the folder that COLA_SHARED names
/// (default <c>../shared</c> from the repository's root). None of it comes with a clone: what is absent gives no rows.
/// </summary>
public static class SharedMaterial
{
    /// <summary>The repository's root, with a trailing separator.</summary>
    public static string RepositoryRoot { get; } =
        typeof(SharedMaterial).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    public static string Root { get; } = Path.GetFullPath(
        Environment.GetEnvironmentVariable("COLA_SHARED") is { Length: > 0 } named ? named : "../shared",
        RepositoryRoot);

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Names of the folders under <paramref name="parts"/> that hold every file of <paramref name="having"/>; empty where there is none.</summary>
    public static IReadOnlyList<string> Folders(string parts, params string[] having)
    {
        var folder = PathOf(parts.Split('/'));
        return Directory.Exists(folder)
            ? [.. Directory.GetDirectories(folder)
                .Where(candidate => having.All(file => File.Exists(Path.Combine(candidate, file))))
                .Select(candidate => Path.GetFileName(candidate))
                .Order(StringComparer.Ordinal)]
            : [];
    }

    /// <summary>Names of the files under <paramref name="parts"/> that match <paramref name="pattern"/>; empty where there is none.</summary>
    public static IReadOnlyList<string> Files(string parts, string pattern)
    {
        var folder = PathOf(parts.Split('/'));
        return Directory.Exists(folder)
            ? [.. Directory.GetFiles(folder, pattern).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)]
            : [];
    }

    /// <summary>The path, or a skip of the running test that says what is absent.</summary>
    public static string Require(params string[] parts)
    {
        var path = PathOf(parts);
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            Assert.Skip($"{path} is not there; set COLA_SHARED to the shared material");
        }

        return path;
    }
}
