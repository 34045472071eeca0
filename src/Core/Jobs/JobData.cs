using CoLA.Core.Artifacts;
using CoLA.Core.Catalog;
using CoLA.Core.Data.Examples;
using CoLA.Core.Naming;

namespace CoLA.Core.Jobs;

/// <summary>The examples of a job, stored as one artifact: after a restart the job reads the same examples.</summary>
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

/// <summary>The examples of one task of a job.</summary>
/// <param name="Task">The task.</param>
/// <param name="Training">The examples that it is trained on; at least one.</param>
/// <param name="HeldOut">The examples that evaluations read.</param>
internal sealed record JobTaskData(TaskName Task, IReadOnlyList<Example> Training, IReadOnlyList<Example> HeldOut);
