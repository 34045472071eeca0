using CoLA.Core.Artifacts;
using CoLA.Core.Catalog;

namespace CoLA.Core.Jobs;

/// <summary>A job's examples, in one file of the artifact store: after a restart they are what they were.</summary>
internal sealed record JobData(IReadOnlyList<JobTaskData> Tasks)
{
    public void Write(Stream stream) => CatalogJson.Write(stream, this);

    public static async Task<JobData> ReadAsync(ArtifactStore artifacts, Artifact artifact)
    {
        using var file = await artifacts.MapAsync(artifact).ConfigureAwait(false);
        await using var content = file.OpenStream();
        return CatalogJson.Read<JobData>(content);
    }
}
