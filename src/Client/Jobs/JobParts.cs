using CoLA.V1;
using Google.Protobuf;

namespace CoLA.Client.Jobs;

/// <summary>A job's data as the messages that carry them.</summary>
public static class JobParts
{
    private const int PieceBytes = 1 << 20;

    /// <summary>Examples of any of the job's tasks.</summary>
    /// <param name="examples">Each names its task.</param>
    /// <param name="heldOut">For evaluation; the job does not train on them.</param>
    public static IEnumerable<SubmitJobRequest> Examples(IEnumerable<Example> examples, bool heldOut = false)
    {
        var part = new JobExamples { HeldOut = heldOut };
        var bytes = 0;
        foreach (var example in examples)
        {
            part.Examples.Add(example);
            bytes += example.CalculateSize();
            if (bytes >= PieceBytes)
            {
                yield return new SubmitJobRequest { Examples = part };
                (part, bytes) = (new JobExamples { HeldOut = heldOut }, 0);
            }
        }

        if (part.Examples.Count > 0)
        {
            yield return new SubmitJobRequest { Examples = part };
        }
    }

    /// <summary>A data file, JSON Lines, JSON or CSV, that the server reads and splits.</summary>
    /// <param name="task"><c>tenants/TENANT/tasks/TASK</c></param>
    /// <param name="path">The file; the server hears its name, not its folder.</param>
    public static IEnumerable<SubmitJobRequest> File(string task, string path)
    {
        using var file = System.IO.File.OpenRead(path);
        var piece = new byte[PieceBytes];
        int read;
        do
        {
            read = file.ReadAtLeast(piece, PieceBytes, throwOnEndOfStream: false);
            yield return new SubmitJobRequest
            {
                File = new FilePiece { Task = task, Name = Path.GetFileName(path), Content = ByteString.CopyFrom(piece, 0, read) },
            };
        }
        while (read == PieceBytes);
    }
}
