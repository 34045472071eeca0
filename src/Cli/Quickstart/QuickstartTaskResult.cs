using CoLA.Cli.Evaluation;

namespace CoLA.Cli.Quickstart;

/// <summary>What became of one task.</summary>
internal sealed record QuickstartTaskResult(QuickstartTask Task, Accuracy Before, Accuracy After, long Bytes);
