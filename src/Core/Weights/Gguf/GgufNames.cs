namespace CoLA.Core.Weights.Gguf;

/// <summary>Translates GGUF's tensor names to HuggingFace's.</summary>
internal static class GgufNames
{
    /// <summary>The tensor of divisors of the rotary frequencies; a setting rather than a weight.</summary>
    public const string RopeFactors = "rope_freqs.weight";

    private const string LayerPrefix = "blk.";

    private static readonly Dictionary<string, string> Whole = new(StringComparer.Ordinal)
    {
        ["token_embd"] = "model.embed_tokens",
        ["output_norm"] = "model.norm",
        ["output"] = "lm_head",
    };

    private static readonly Dictionary<string, string> InLayer = new(StringComparer.Ordinal)
    {
        ["attn_norm"] = "input_layernorm",
        ["attn_q"] = "self_attn.q_proj",
        ["attn_k"] = "self_attn.k_proj",
        ["attn_v"] = "self_attn.v_proj",
        ["attn_output"] = "self_attn.o_proj",
        ["attn_q_norm"] = "self_attn.q_norm",
        ["attn_k_norm"] = "self_attn.k_norm",
        ["ffn_norm"] = "post_attention_layernorm",
        ["ffn_gate"] = "mlp.gate_proj",
        ["ffn_up"] = "mlp.up_proj",
        ["ffn_down"] = "mlp.down_proj",
    };

    /// <summary>The HuggingFace name; null for a name that the supported families do not have.</summary>
    public static string? ToHuggingFace(string name)
    {
        var dot = name.LastIndexOf('.');
        if (dot < 0 || name[dot..] is not (".weight" or ".bias"))
        {
            return null;
        }

        var (stem, kind) = (name[..dot], name[dot..]);
        if (Whole.TryGetValue(stem, out var whole))
        {
            return whole + kind;
        }

        return stem.StartsWith(LayerPrefix, StringComparison.Ordinal)
            && stem.Split('.') is [_, var layer, var part]
            && InLayer.TryGetValue(part, out var inLayer)
                ? $"model.layers.{layer}.{inLayer}{kind}"
                : null;
    }
}
