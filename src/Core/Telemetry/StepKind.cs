namespace CoLA.Core.Telemetry;

/// <summary>What a step of the engine did.</summary>
internal enum StepKind
{
    /// <summary>It prefilled prompt chunks; rows may have decoded in the same step.</summary>
    Prefill,

    /// <summary>It decoded one token for every running row.</summary>
    Decode,

    /// <summary>It ran units of long work: training, scoring or making a pool.</summary>
    Work,
}
