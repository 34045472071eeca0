namespace CoLA.Core.Artifacts;

/// <summary>Content that is written and hashed, but not stored under its SHA-256 yet. Disposing it discards what was not named.</summary>
internal interface IArtifactDraft : IAsyncDisposable
{
    Artifact Artifact { get; }

    /// <summary>Stores the content under its SHA-256, whole, in place of what may be there under that name.</summary>
    ValueTask NameAsync();
}
