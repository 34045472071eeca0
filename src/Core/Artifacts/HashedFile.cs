using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace CoLA.Core.Artifacts;

/// <summary>
/// A new file, written forward only. Another thread hashes the content meanwhile, and where the file has to survive a
/// crash the disk begins to take it at once: after the last byte, little is left to hash and to flush. It holds a few
/// pieces in memory. Disposed asynchronously: the hashing thread ends first.
/// </summary>
internal sealed class HashedFile : Stream
{
    /// <summary>Bytes: what is written comes in hundreds of small matrices.</summary>
    private const int Piece = 1 << 20;

    /// <summary>Pieces that may wait to be hashed.</summary>
    private const int Waiting = 4;

    private readonly bool _lasts;
    private readonly SafeFileHandle _file;
    private readonly BlockingCollection<ArraySegment<byte>> _written = new(Waiting);
    private readonly Task<string> _hash;
    private byte[] _piece = ArrayPool<byte>.Shared.Rent(Piece);
    private int _filled;
    private long _length;

    /// <param name="path">Nothing may be there.</param>
    /// <param name="lasts">The content has to be on the disk when it is finished.</param>
    public HashedFile(string path, bool lasts)
    {
        _lasts = lasts;
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        _hash = Task.Factory.StartNew(Hash, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default); // it waits for the writer
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length + _filled;

    public override long Position
    {
        get => Length;
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var count = Math.Min(buffer.Length, Piece - _filled);
            buffer[..count].CopyTo(_piece.AsSpan(_filled));
            buffer = buffer[count..];
            _filled += count;
            if (_filled == Piece)
            {
                Send();
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Ends the content: nothing can be written any more.</summary>
    /// <returns>SHA-256 of the content, 64 lower-case hexadecimal digits.</returns>
    public Task<string> FinishAsync()
    {
        Send();
        _written.CompleteAdding();
        if (_lasts)
        {
            RandomAccess.FlushToDisk(_file);
        }

        return _hash;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        if (!_file.IsClosed)
        {
            _written.CompleteAdding();
            await _hash.ConfigureAwait(false);
            _written.Dispose();
            _file.Dispose();
            ArrayPool<byte>.Shared.Return(_piece);
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    private void Send()
    {
        var piece = new ArraySegment<byte>(_piece, 0, _filled);
        RandomAccess.Write(_file, piece, _length);
        if (_lasts)
        {
            DiskSync.Begin(_file, _length, _filled);
        }

        _length += _filled;
        (_piece, _filled) = (ArrayPool<byte>.Shared.Rent(Piece), 0);
        _written.Add(piece);
    }

    private string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var piece in _written.GetConsumingEnumerable())
        {
            hash.AppendData(piece);
            ArrayPool<byte>.Shared.Return(piece.Array!);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
