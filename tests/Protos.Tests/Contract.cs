using System.Reflection;
using Google.Protobuf.Reflection;

namespace CoLA.Protos.Tests;

/// <summary>The contract as it is, and as it was released.</summary>
internal static class Contract
{
    private static readonly string ReleasedFolder = Path.Combine(AppContext.BaseDirectory, "released");

    /// <summary>The version of this build, without the commit behind its plus sign.</summary>
    public static string Version { get; } =
        typeof(V1.Base).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Versions whose contract is written down in <c>protos/released/</c>.</summary>
    public static IReadOnlyList<string> ReleasedVersions { get; } =
        [.. Directory.GetFiles(ReleasedFolder, "*.binpb").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    /// <summary>What this build is compiled from.</summary>
    public static FileDescriptorSet Current { get; } = new()
    {
        File =
        {
            typeof(V1.Base).Assembly.GetTypes()
                .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
                .OfType<FileDescriptor>()
                .Select(file => file.ToProto()),
        },
    };

    public static FileDescriptorSet Released(string version) =>
        FileDescriptorSet.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(ReleasedFolder, $"{version}.binpb")));
}
