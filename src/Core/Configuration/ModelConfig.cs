namespace CoLA.Core.Configuration;

/// <summary>
/// Every setting of a base model that changes what it computes. The reader has checked it: Heads is a multiple of
/// KeyValueHeads, HeadDim is even, and all sizes are at least 1.
/// </summary>
public sealed record ModelConfig
{
    /// <summary>The architecture.</summary>
    public required ModelFamily Family { get; init; }

    /// <summary>The number of token ids, and the width of the logits.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Features of the hidden states.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Features of the feed-forward's gate and up.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>The number of decoder layers.</summary>
    public required int Layers { get; init; }

    /// <summary>The number of query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>The number of key-value heads; each serves Heads / KeyValueHeads query heads.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Features of an attention head; it may differ from HiddenSize / Heads.</summary>
    public required int HeadDim { get; init; }

    /// <summary>The maximum number of tokens in a sequence.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Added to the mean of the squares in every RMS norm.</summary>
    public required double RmsNormEpsilon { get; init; }

    /// <summary>Whether the output layer and the token embedding are the same matrix.</summary>
    public required bool TieEmbeddings { get; init; }

    /// <summary>Base of the rotary frequencies: frequency i of head_dim / 2 is RopeTheta^(-2i / head_dim).</summary>
    public required double RopeTheta { get; init; }

    /// <summary>The scaling of the rotary frequencies; null for none.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>Whether q, k and v have biases.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>Whether o has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Whether gate, up and down have biases.</summary>
    public bool FeedForwardBias { get; init; }

    /// <summary>Whether each query head and key head has an RMS norm before its rotary embedding.</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>A query attends to its own position and the SlidingWindow - 1 positions before it; null for all positions before it.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>The token that begins a text; null where the model has none.</summary>
    public int? BosId { get; init; }

    /// <summary>The tokens that end a text; may be empty.</summary>
    public IReadOnlyList<int> EosIds { get; init; } = [];
}
