using System.IO.MemoryMappedFiles;
using System.Security.Cryptography;
using CoLA.Core.Rejections;

namespace CoLA.Core.Artifacts;

/// <summary>A whole file mapped read-only into memory. Spans of it are valid until it is disposed.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private byte* _start;
    private bool _disposed;

    private MappedFile(string path)
    {
        using var handle = File.OpenHandle(path);
        Path = path;
        Length = RandomAccess.GetLength(handle); // Of the file that a symbolic link points to, not of the link.
        if (Length == 0)
        {
            return; // An empty file cannot be mapped: it has no bytes to read.
        }

        _file = MemoryMappedFile.CreateFromFile(
            handle, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _file.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += _view.PointerOffset;
    }

    public string Path { get; }

    /// <summary>In bytes.</summary>
    public long Length { get; }

    /// <exception cref="ModelFileRejection">The file is absent or may not be read.</exception>
    public static MappedFile Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new ModelFileRejection(path, null, "a file", Directory.Exists(path) ? "a directory" : "nothing at that path");
        }

        try
        {
            return new MappedFile(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileRejection(path, null, "a readable file", exception.Message);
        }
    }

    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        return new ReadOnlySpan<byte>(_start + offset, length);
    }

    /// <summary>The whole file as a stream, valid as long as this.</summary>
    public Stream OpenStream()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Length == 0 ? Stream.Null : new UnmanagedMemoryStream(_start, Length);
    }

    /// <summary>SHA-256 of the whole file, 64 lower-case hexadecimal digits.</summary>
    public string Sha256()
    {
        const int piece = 1 << 24;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long at = 0; at < Length; at += piece)
        {
            hash.AppendData(Span(at, (int)Math.Min(piece, Length - at)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _start = null;
        _view?.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
        _file?.Dispose();
    }
}
