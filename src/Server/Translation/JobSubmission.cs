using System.Buffers.Binary;
using System.Security.Cryptography;
using CoLA.Core.Jobs;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using Google.Protobuf;

namespace CoLA.Server.Translation;

/// <summary>The messages of one SubmitJob, as they come.</summary>
internal sealed class JobSubmission : IDisposable
{
    private const int MaximumBytes = 256 << 20;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<JobSource> _sources = [];
    private readonly MemoryStream _file = new();
    private (TaskName Task, string Name)? _open;
    private V1.JobSpec? _spec;
    private long _bytes;
    private int _examples;

    public string RequestId { get; private set; } = "";

    /// <exception cref="InvalidArgumentRejection">The stream did not begin with a spec.</exception>
    public V1.JobSpec Spec => _spec ?? throw new InvalidArgumentRejection("spec", "is required in the first message");

    /// <summary>Of all messages, fields unknown to this server included.</summary>
    public byte[] Hash() => _hash.GetCurrentHash();

    /// <summary>All data that were sent, and then those that the spec names.</summary>
    public IReadOnlyList<JobSource> Sources()
    {
        CloseFile();
        return
        [
            .. _sources,
            .. Spec.Files.Select((file, at) => new JobServerFile(TaskName.Parse(file.Task, $"files[{at}].task"), file.Path)),
        ];
    }

    public void Add(V1.SubmitJobRequest request)
    {
        AddToHash(request.ToByteArray());
        switch (request.PartCase)
        {
            case V1.SubmitJobRequest.PartOneofCase.Spec when _spec is null:
                (_spec, RequestId) = (request.Spec, request.RequestId);
                break;
            case V1.SubmitJobRequest.PartOneofCase.Spec:
                throw new InvalidArgumentRejection("spec", "was given already; it is the first message's");
            case V1.SubmitJobRequest.PartOneofCase.Examples when _spec is not null:
                CloseFile();
                _sources.Add(new JobExamples(request.Examples.Examples.ToCore(_examples), request.Examples.HeldOut));
                _examples += request.Examples.Examples.Count;
                break;
            case V1.SubmitJobRequest.PartOneofCase.File when _spec is not null:
                AddPiece(request.File);
                break;
            default:
                throw new InvalidArgumentRejection("part", _spec is null ? "of the first message is the spec" : "is missing: examples, or a piece of a file");
        }
    }

    public void Dispose()
    {
        _hash.Dispose();
        _file.Dispose();
    }

    private void AddToHash(byte[] message)
    {
        _bytes += message.Length;
        if (_bytes > MaximumBytes)
        {
            throw new InvalidArgumentRejection(
                "part", $"brings the job's data above {MaximumBytes >> 20} MiB; train in several jobs, or on a file of the server's");
        }

        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, message.Length);
        _hash.AppendData(length);
        _hash.AppendData(message);
    }

    private void AddPiece(V1.FilePiece piece)
    {
        var file = (TaskName.Parse(piece.Task, "file.task"), piece.Name);
        if (piece.Name.Length == 0)
        {
            throw new InvalidArgumentRejection("file.name", "is required: its ending says what the file is");
        }

        if (_open != file)
        {
            CloseFile();
            _open = file;
        }

        piece.Content.WriteTo(_file);
    }

    private void CloseFile()
    {
        if (_open is { } file)
        {
            _sources.Add(new JobFile(file.Task, file.Name, _file.ToArray()));
            _file.SetLength(0);
            _open = null;
        }
    }
}
