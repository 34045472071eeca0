namespace CoLA.Core.Configuration;

/// <summary>The sliding window of attention, by the rules of HuggingFace's configuration classes.</summary>
internal static class ModelConfigWindow
{
    private const int DefaultWindow = 4096;
    private const int DefaultMaximumWindowLayers = 28;
    private const string Full = "full_attention";
    private const string Sliding = "sliding_attention";

    /// <summary>The window of all layers in tokens; null for full attention. A model that mixes both kinds of layers is refused.</summary>
    public static int? Read(ModelConfigKeys config, ModelFamily family, int layers) => family switch
    {
        ModelFamily.Llama => Checked(config, null, layers),

        // Mistral has a window unless the key is null; an absent key means the default of the class.
        ModelFamily.Mistral => Checked(config, config.Contains("sliding_window") ? config.Size("sliding_window") : DefaultWindow, layers),

        _ => ReadQwen(config, layers),
    };

    private static int? ReadQwen(ModelConfigKeys config, int layers)
    {
        var asked = config.Flag("use_sliding_window") ?? false;
        var first = config.Whole("max_window_layers") ?? DefaultMaximumWindowLayers;
        var stated = config.Contains("sliding_window") ? config.Size("sliding_window") : DefaultWindow;
        var window = asked ? stated : null;
        if (config.Has("layer_types"))
        {
            return Checked(config, LayerTypes(config, layers) == Full ? null : window, layers);
        }

        // Layers from max_window_layers on have the window.
        return window is null || first >= layers
            ? null
            : first <= 0
                ? window
                : throw config.Refusal("max_window_layers", $"0 or at least {layers}: all layers have the window, or none", $"{first}");
    }

    private static int? Checked(ModelConfigKeys config, int? window, int layers)
    {
        var expected = window is null ? Full : Sliding;
        return LayerTypes(config, layers) is not { } found || found == expected
            ? window
            : throw config.Refusal("layer_types", $"only {expected}, as the window's other keys say", found);
    }

    /// <summary>The attention type of all layers; null where the key is absent.</summary>
    private static string? LayerTypes(ModelConfigKeys config, int layers)
    {
        if (config.Texts("layer_types") is not { } types)
        {
            return null;
        }

        return types.Count == layers && types.Distinct().Count() == 1 && types[0] is Full or Sliding
            ? types[0]
            : throw config.Refusal("layer_types", $"{layers} times {Full}, or {layers} times {Sliding}", string.Join(", ", types.Distinct()));
    }
}
