namespace CoLA.Core.Rejections;

/// <summary>A file that the system wrote is not what it wrote (DATA_LOSS). It is never served.</summary>
public sealed class DamagedFileRejection(string file, string problem) : Rejection($"{file}: {problem}")
{
    public string File { get; } = file;

    public string Problem { get; } = problem;
}
