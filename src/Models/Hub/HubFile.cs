namespace CoLA.Models.Hub;

/// <summary>A file as the hub lists it.</summary>
/// <param name="Path">Within the model's repository.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Sha256">In lower-case hexadecimal; null where the hub states none (small text files).</param>
public sealed record HubFile(string Path, long Size, string? Sha256)
{
    /// <summary>The last part of the path: what it is called on disk.</summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];
}
