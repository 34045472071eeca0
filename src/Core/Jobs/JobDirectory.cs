using CoLA.Core.Rejections;

namespace CoLA.Core.Jobs;

/// <summary>The directory whose data files jobs may name. A path cannot lead out of it: '..' and links are refused.</summary>
/// <param name="root">The directory; null where the operator opened none.</param>
internal sealed class JobDirectory(string? root)
{
    /// <summary>Reads all bytes of a file.</summary>
    /// <param name="path">Relative, with '/' between its parts.</param>
    /// <param name="limit">The most bytes that the file may have.</param>
    /// <exception cref="PreconditionRejection">The operator opened no directory.</exception>
    /// <exception cref="InvalidArgumentRejection">The path leads out of the directory, the file does not exist, or it is too large.</exception>
    public byte[] Read(string path, long limit)
    {
        var place = root ?? throw new PreconditionRejection(
            "this server has no data directory for jobs; send the data, or ask its operator to open a directory with --job-data");
        var parts = path.Split('/');
        if (parts.Any(part => part is "" or "." or ".." || part.AsSpan().ContainsAny('\\', '\0', ':')))
        {
            throw new InvalidArgumentRejection("files.path", $"'{path}' is not a path below the server's data directory; write it like folder/file.jsonl");
        }

        foreach (var part in parts)
        {
            place = Path.Combine(place, part);
            var entry = new FileInfo(place);
            if (entry.LinkTarget is not null)
            {
                throw new InvalidArgumentRejection("files.path", $"'{path}' goes through a link, which is not followed");
            }
        }

        var file = new FileInfo(place);
        return !file.Exists ? throw new InvalidArgumentRejection("files.path", $"'{path}' is not a file in the server's data directory")
            : file.Length > limit ? throw new InvalidArgumentRejection("files.path", $"'{path}' has {file.Length} bytes; a file may have at most {limit}")
            : File.ReadAllBytes(place);
    }
}
