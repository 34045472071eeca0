namespace CoLA.Core.Model;

/// <summary>An input of a layer that one or several targets share. The down-projection (A) is one product per site.</summary>
internal enum Site
{
    /// <summary>The normalised input of attention: Q, K, V.</summary>
    AttentionInput,

    /// <summary>The outputs of all attention heads, side by side: O.</summary>
    AttentionOutput,

    /// <summary>The normalised input of the feed-forward: Gate, Up.</summary>
    FeedForwardInput,

    /// <summary>The gated activations of the feed-forward: Down.</summary>
    FeedForwardOutput,
}
