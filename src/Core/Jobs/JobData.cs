using CoLA.Core.Catalog;

namespace CoLA.Core.Jobs;

/// <summary>A job's examples, in one file of the artifact store: after a restart they are what they were.</summary>
internal sealed record JobData(IReadOnlyList<JobTaskData> Tasks)
{
    public void Write(Stream stream) => CatalogJson.Write(stream, this);

    public static JobData Read(string path)
    {
        using var file = File.OpenRead(path);
        return CatalogJson.Read<JobData>(file);
    }
}
