using CoLA.Core.Settings;

namespace CoLA.Core.Training.Passes;

/// <summary>How large the micro-batches of training are, and what they keep in memory.</summary>
public sealed record PassOptions
{
    [Setting(
        "--training-tokens", "Tokens of one training micro-batch at most; fewer take less memory", Least = 1, Most = 1 << 20,
        Advice = "some hundreds use the processor well, fewer take less memory")]
    public int TrainingTokens { get; set; } = 512;

    [Setting(
        "--training-tokens-beside", "The same while rows decode; fewer let them wait less for others' training", Least = 1, Most = 1 << 20,
        Advice = "some hundreds keep training from stalling the rows that decode")]
    public int TrainingTokensBesideDecoding { get; set; } = 256;

    [Setting(
        "--gradient-checkpointing", "Train with less memory and a third more work: the backward pass computes each layer a second time")]
    public bool GradientCheckpointing { get; set; }
}
