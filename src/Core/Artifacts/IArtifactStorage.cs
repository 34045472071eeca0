using CoLA.Core.Rejections;

namespace CoLA.Core.Artifacts;

/// <summary>
/// Where artifacts are: immutable content, stored under its SHA-256. A storage knows neither who names an artifact nor what
/// is in it, and compares nothing: <see cref="ArtifactStore"/> does. Thread-safe.
/// </summary>
internal interface IArtifactStorage
{
    /// <summary>Takes content whose SHA-256 is known when it is complete. It is not stored before it is named.</summary>
    /// <param name="write">Writes the content, forward only. What it throws is passed on and leaves nothing.</param>
    ValueTask<IArtifactDraft> WriteAsync(Action<Stream> write);

    /// <summary>Completes when the names given before it survive a crash.</summary>
    ValueTask FlushAsync();

    /// <summary>
    /// The content as a file in local memory, until that is disposed. A storage on another machine brings it to a local file
    /// first and keeps that file as long.
    /// </summary>
    /// <exception cref="DamagedFileRejection">There is no artifact of that name; the message says where it was sought.</exception>
    ValueTask<MappedFile> MapAsync(Artifact artifact);

    /// <summary>The SHA-256 of every artifact, in any order.</summary>
    IAsyncEnumerable<string> ListAsync();

    /// <summary>
    /// Deletes an artifact; does nothing where there is none. What is mapped stays readable. An artifact that cannot be
    /// deleted now stays, which is no error: the next collection finds it.
    /// </summary>
    ValueTask DeleteAsync(string sha256);

    /// <summary>Discards drafts of processes that have ended.</summary>
    ValueTask DiscardDraftsAsync();
}
