
namespace CoLA.Core.Model;

/// <summary>The names of the targets in checkpoints of HuggingFace's layout.</summary>
internal static class ModuleNames
{
    /// <summary>For example <c>self_attn.q_proj</c>, which follows <c>model.layers.0.</c></summary>
    public static string Of(Target target) => target switch
    {
        Target.Q => "self_attn.q_proj",
        Target.K => "self_attn.k_proj",
        Target.V => "self_attn.v_proj",
        Target.O => "self_attn.o_proj",
        Target.Gate => "mlp.gate_proj",
        Target.Up => "mlp.up_proj",
        Target.Down => "mlp.down_proj",
        _ => throw new ArgumentOutOfRangeException(nameof(target)),
    };
}
