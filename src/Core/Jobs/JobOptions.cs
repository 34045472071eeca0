using CoLA.Core.Settings;

namespace CoLA.Core.Jobs;

/// <summary>How many jobs run, and which files they may name.</summary>
public sealed record JobOptions
{
    [Setting(
        "--max-jobs", "Jobs that run at once at most; the others wait", Least = 1, Most = 1000,
        Advice = "each job that runs takes the memory of a training session; the others wait")]
    public int Maximum { get; set; } = 4;

    [Setting("--job-data", "Directory whose data files every tenant's jobs may name, those in its folders too", ValueName = "DIR", Default = "none")]
    public string? Data { get; set; }
}
