namespace CoLA.Core.Telemetry;

/// <summary>What a step of the engine did.</summary>
internal enum StepKind
{
    /// <summary>Read a chunk of prompts.</summary>
    Prefill,

    /// <summary>Made one token for every decoding row.</summary>
    Decode,

    /// <summary>Advanced training, scoring, or another long work.</summary>
    Work,
}
