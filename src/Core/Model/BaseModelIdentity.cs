namespace CoLA.Core.Model;

/// <summary>Identifies the base model that a pool was created for.</summary>
/// <param name="Name">The name of its directory or file, for messages.</param>
/// <param name="Sha256">SHA-256 of its weights, hexadecimal; two models are the same if and only if this is equal.</param>
public sealed record BaseModelIdentity(string Name, string Sha256)
{
    public override string ToString() => $"'{Name}' (SHA-256 {Sha256})";
}
