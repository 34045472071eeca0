using CoLA.Core.Configuration;

namespace CoLA.Core.Model;

/// <summary>The input and output features of each target.</summary>
public static class TargetShapes
{
    /// <summary>Input features of the target's weight.</summary>
    public static int In(this ModelConfig config, Target target) => target switch
    {
        Target.O => config.Heads * config.HeadDim,
        Target.Down => config.IntermediateSize,
        _ => config.HiddenSize,
    };

    /// <summary>Output features of the target's weight.</summary>
    public static int Out(this ModelConfig config, Target target) => target switch
    {
        Target.Q => config.Heads * config.HeadDim,
        Target.K or Target.V => config.KeyValueHeads * config.HeadDim,
        Target.Gate or Target.Up => config.IntermediateSize,
        _ => config.HiddenSize,
    };
}
