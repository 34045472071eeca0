namespace CoLA.Core.Rejections;

/// <summary>A file of a base model is missing, malformed or not supported (FAILED_PRECONDITION).</summary>
/// <param name="file">The file, as the operator named it.</param>
/// <param name="tensor">The tensor or configuration key concerned; null where it is the whole file.</param>
/// <param name="expected">What should stand there.</param>
/// <param name="found">What stands there.</param>
public sealed class ModelFileRejection(string file, string? tensor, string expected, string found)
    : Rejection($"{file}{(tensor is null ? "" : $": {tensor}")}: expected {expected}, found {found}")
{
    public string File { get; } = file;

    public string? Tensor { get; } = tensor;

    public string Expected { get; } = expected;

    public string Found { get; } = found;
}
