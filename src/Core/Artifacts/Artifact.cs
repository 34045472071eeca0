namespace CoLA.Core.Artifacts;

/// <summary>A file of matrices, known by its content.</summary>
/// <param name="Sha256">SHA-256 of the file, 64 lower-case hexadecimal digits.</param>
/// <param name="Bytes">Length of the file.</param>
public sealed record Artifact(string Sha256, long Bytes);
