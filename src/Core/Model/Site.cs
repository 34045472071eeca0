namespace CoLA.Core.Model;

/// <summary>A place in a layer where one input feeds one or several targets. The down-projection is one product per site.</summary>
internal enum Site
{
    /// <summary>The normed input of attention: Q, K, V.</summary>
    AttentionInput,

    /// <summary>The heads' joined outputs: O.</summary>
    AttentionOutput,

    /// <summary>The normed input of the feed-forward: Gate, Up.</summary>
    FeedForwardInput,

    /// <summary>The gated activations: Down.</summary>
    FeedForwardOutput,
}
