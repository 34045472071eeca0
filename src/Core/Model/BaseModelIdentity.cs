namespace CoLA.Core.Model;

/// <summary>The base model that a pool was made for.</summary>
/// <param name="Name">For people: its directory or file.</param>
/// <param name="Sha256">SHA-256 of its weights, hexadecimal; this is what decides.</param>
public sealed record BaseModelIdentity(string Name, string Sha256)
{
    public override string ToString() => $"'{Name}' (SHA-256 {Sha256})";
}
