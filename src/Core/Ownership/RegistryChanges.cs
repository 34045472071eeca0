namespace CoLA.Core.Ownership;

/// <summary>
/// Tells those who remember something of the registry that it may be out of date. The sole owner of a registry announces
/// its own commits; where others write too, their commits have to be announced here as well. Thread-safe.
/// </summary>
internal sealed class RegistryChanges
{
    /// <summary>Raised after each commit, before the call that made it returns.</summary>
    public event Action? Announced;

    public void Announce() => Announced?.Invoke();
}
