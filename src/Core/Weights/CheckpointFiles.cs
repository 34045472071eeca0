using CoLA.Core.Rejections;

namespace CoLA.Core.Weights;

/// <summary>The files of a model. It looks at file names only, not at contents.</summary>
/// <param name="Directory">The directory of the configuration and tokenizer files.</param>
/// <param name="Weights">The weight files, in the order of their names.</param>
/// <param name="Index">Which shard holds which tensor; null for a single weight file.</param>
/// <param name="IsGguf">Whether the single weight file is a GGUF file.</param>
internal sealed record CheckpointFiles(string Directory, IReadOnlyList<string> Weights, ShardIndex? Index, bool IsGguf)
{
    private const string SingleFile = "model.safetensors";
    private const string IndexFile = "model.safetensors.index.json";
    private const string GgufExtension = ".gguf";

    private static readonly string[] PickleExtensions = [".bin", ".pt", ".pth", ".ckpt"];

    /// <summary>Finds the files of the model directory or GGUF file at <paramref name="path"/>.</summary>
    /// <exception cref="ModelFileRejection">There is no such file or directory, or the directory does not hold exactly one supported model.</exception>
    public static CheckpointFiles Find(string path)
    {
        if (System.IO.Directory.Exists(path))
        {
            return FindIn(path);
        }

        return File.Exists(path) && path.EndsWith(GgufExtension, StringComparison.OrdinalIgnoreCase)
            ? new CheckpointFiles(Path.GetDirectoryName(Path.GetFullPath(path))!, [path], null, IsGguf: true)
            : throw new ModelFileRejection(
                path, null, "a model directory or a .gguf file", File.Exists(path) ? "another file" : "nothing at that path");
    }

    /// <summary>The path of a file in the model's directory; null where it does not exist.</summary>
    public string? Beside(string name) => Path.Combine(Directory, name) is var path && File.Exists(path) ? path : null;

    private static CheckpointFiles FindIn(string directory)
    {
        if (Path.Combine(directory, SingleFile) is var single && File.Exists(single))
        {
            return new CheckpointFiles(directory, [single], null, IsGguf: false);
        }

        if (Path.Combine(directory, IndexFile) is var indexPath && File.Exists(indexPath))
        {
            return FindShards(directory, ShardIndex.Read(indexPath));
        }

        var files = System.IO.Directory.GetFiles(directory).Order(StringComparer.Ordinal).ToList();
        string[] gguf = [.. files.Where(file => file.EndsWith(GgufExtension, StringComparison.OrdinalIgnoreCase))];
        return gguf switch
        {
            [var only] => new CheckpointFiles(directory, [only], null, IsGguf: true),
            [] => throw Nothing(directory, files),
            _ => throw new ModelFileRejection(
                directory, null, "one .gguf file; name the one you mean", string.Join(", ", gguf.Select(Path.GetFileName))),
        };
    }

    private static CheckpointFiles FindShards(string directory, ShardIndex index)
    {
        var absent = index.Files.Where(file => !File.Exists(Path.Combine(directory, file))).ToList();
        return index.Files.Count > 0 && absent.Count == 0
            ? new CheckpointFiles(directory, [.. index.Files.Select(file => Path.Combine(directory, file))], index, IsGguf: false)
            : throw new ModelFileRejection(
                index.Path, null, $"its {index.Files.Count} shards beside it", absent.Count == 0 ? "an empty index" : $"no {string.Join(", ", absent)}");
    }

    private static ModelFileRejection Nothing(string directory, List<string> files)
    {
        var pickle = files.Find(file => PickleExtensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase));
        return new ModelFileRejection(
            directory,
            null,
            $"{SingleFile}, {IndexFile} with its shards, or a .gguf file",
            pickle is null
                ? "none of them"
                : $"only {Path.GetFileName(pickle)}, a pickle: it could execute code and is never opened; save the model again as "
                    + "safetensors, in Python with model.save_pretrained(directory, safe_serialization=True)");
    }
}
