using System.Net;
using System.Security.Cryptography;
using CoLA.Core.Rejections;

namespace CoLA.Models.Hub;

/// <summary>
/// One file from the hub to the disk: into <c>NAME.partial</c>, checked, then renamed, so that a file under its own name
/// is whole. Where the hub states a SHA-256, a partial file is gone on with; others are small and begin anew.
/// </summary>
internal sealed class HubFileDownload(HubClient client, HubModelId model, string commit, HubFile file, string directory)
{
    private const int BufferBytes = 1 << 20;

    private readonly string _path = Path.Combine(directory, file.Name);

    private string PartialPath => $"{_path}.partial";

    /// <summary>The file is there and whole, without asking the hub.</summary>
    public async Task<bool> IsThereAsync(CancellationToken cancellation)
    {
        if (file.Sha256 is null || !File.Exists(_path))
        {
            return false;
        }

        await using var stream = File.OpenRead(_path);
        return stream.Length == file.Size && await Sha256Async(stream, cancellation) == file.Sha256;
    }

    /// <summary>Goes on until the file is whole. Progress made before a break counts: only an attempt without any is a failure.</summary>
    /// <exception cref="HubTransientException">An attempt failed before its first byte.</exception>
    public async Task RunAsync(IProgress<HubProgress>? progress, CancellationToken cancellation)
    {
        await using (var partial = OpenPartial())
        {
            while (!await TryFinishAsync(partial, progress, cancellation))
            {
            }

            await CheckAsync(partial, cancellation);
            partial.Flush(flushToDisk: true);
        }

        File.Move(PartialPath, _path, overwrite: true);
    }

    private FileStream OpenPartial()
    {
        try
        {
            var partial = new FileStream(PartialPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            if (file.Sha256 is null || partial.Length > file.Size)
            {
                partial.SetLength(0);
            }

            return partial;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PreconditionRejection($"{PartialPath} cannot be written (is another download running?): {exception.Message}");
        }
    }

    /// <summary>One request, from where the partial file ends. False when the connection broke after some progress.</summary>
    private async Task<bool> TryFinishAsync(FileStream partial, IProgress<HubProgress>? progress, CancellationToken cancellation)
    {
        var before = partial.Length;
        try
        {
            if (before < file.Size || file.Size == 0)
            {
                using var response = await client.OpenAsync(model, commit, file, before, cancellation);
                await CopyAsync(response, partial, progress, cancellation);
            }

            progress?.Report(new HubProgress(file.Name, file.Size, file.Size));
            return true;
        }
        catch (HubTransientException) when (partial.Length > before)
        {
            return false;
        }
    }

    private async Task CopyAsync(HttpResponseMessage response, FileStream partial, IProgress<HubProgress>? progress, CancellationToken cancellation)
    {
        var goesOn = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == partial.Length;
        if (!goesOn)
        {
            var had = partial.Length;
            partial.SetLength(0);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new HubTransientException(
                    $"the hub gave nothing from byte {had} of {file.Path} on ({(int)response.StatusCode}), which it lists with {file.Size} bytes");
            }
        }

        partial.Position = partial.Length;
        await using var content = await response.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[BufferBytes];
        while (await client.ReadAsync(content, buffer, cancellation) is > 0 and var read)
        {
            if (partial.Length + read > file.Size)
            {
                throw Damaged($"the hub sent more than the {file.Size} bytes that it listed", partial);
            }

            await WriteAsync(partial, buffer.AsMemory(0, read), cancellation);
            progress?.Report(new HubProgress(file.Name, partial.Length, file.Size));
        }

        if (partial.Length < file.Size)
        {
            throw new HubTransientException($"the hub ended {file.Path} at {partial.Length} of {file.Size} bytes");
        }
    }

    private async Task WriteAsync(FileStream partial, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await partial.WriteAsync(bytes, cancellation);
        }
        catch (IOException exception)
        {
            throw new PreconditionRejection($"{PartialPath} cannot be written: {exception.Message}");
        }
    }

    private async Task CheckAsync(FileStream partial, CancellationToken cancellation)
    {
        if (file.Sha256 is null)
        {
            return;
        }

        partial.Position = 0;
        if (await Sha256Async(partial, cancellation) is var found && found != file.Sha256)
        {
            throw Damaged($"its SHA-256 is {found}, not {file.Sha256} as the hub says; it was thrown away, download it again", partial);
        }
    }

    /// <summary>Nothing of a wrong file is kept: going on with it would never make it right.</summary>
    private DamagedFileRejection Damaged(string problem, FileStream partial)
    {
        partial.SetLength(0);
        return new DamagedFileRejection(_path, problem);
    }

    private static async Task<string> Sha256Async(Stream stream, CancellationToken cancellation) =>
        Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation));
}
