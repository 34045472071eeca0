using CoLA.Cli.Failures;

namespace CoLA.Cli.Hosting;

/// <summary>cola-tiny, the small model that comes with the command.</summary>
internal static class EmbeddedModel
{
    public const string Name = "cola-tiny";

    private const string Folder = "models";

    /// <exception cref="UsageException">It is not where it was installed.</exception>
    public static string Path()
    {
        var path = System.IO.Path.Combine(AppContext.BaseDirectory, Folder, Name);
        return Directory.Exists(path) ? path : throw new UsageException(
            $"no model is named, and {Name}, which comes with cola, is not at {path}",
            "Name a model directory in HuggingFace layout, or a GGUF file, with --model.");
    }
}
