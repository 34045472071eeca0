using CoLA.Core.Rejections;

namespace CoLA.Core.Jobs;

/// <summary>The directory whose data files jobs may name. Nothing outside of it can be named: no '..', no link.</summary>
/// <param name="root">Null where the operator opened none.</param>
internal sealed class JobDirectory(string? root)
{
    /// <summary>A file's bytes.</summary>
    /// <param name="path">Relative, with '/' between its parts.</param>
    /// <param name="limit">Bytes at most.</param>
    /// <exception cref="PreconditionRejection">No directory is open.</exception>
    /// <exception cref="InvalidArgumentRejection">It leads elsewhere, or there is no such file, or it is too large.</exception>
    public byte[] Read(string path, long limit)
    {
        var place = root ?? throw new PreconditionRejection(
            "this server reads no data files of its own; send the data, or have its operator open a directory with --job-data");
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
            : file.Length > limit ? throw new InvalidArgumentRejection("files.path", $"'{path}' has {file.Length} bytes; a job's data are {limit} at most")
            : File.ReadAllBytes(place);
    }
}
