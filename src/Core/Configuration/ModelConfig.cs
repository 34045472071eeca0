namespace CoLA.Core.Configuration;

/// <summary>
/// Everything about a base model that decides its computation, checked by whoever read it. Heads are a whole multiple
/// of KeyValueHeads, HeadDim is even, sizes are at least 1.
/// </summary>
public sealed record ModelConfig
{
    public required ModelFamily Family { get; init; }

    public required int VocabularySize { get; init; }

    public required int HiddenSize { get; init; }

    public required int IntermediateSize { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    public required int KeyValueHeads { get; init; }

    /// <summary>Need not be HiddenSize / Heads.</summary>
    public required int HeadDim { get; init; }

    /// <summary>In tokens.</summary>
    public required int ContextLength { get; init; }

    public required double RmsNormEpsilon { get; init; }

    /// <summary>The output projection is the embedding.</summary>
    public required bool TieEmbeddings { get; init; }

    /// <summary>Base of the rotary frequencies: frequency i of head_dim / 2 is RopeTheta^(-2i / head_dim).</summary>
    public required double RopeTheta { get; init; }

    /// <summary>Null: frequencies as they are.</summary>
    public RopeScaling? RopeScaling { get; init; }

    public bool QueryKeyValueBias { get; init; }

    public bool OutputBias { get; init; }

    /// <summary>Biases of gate, up and down.</summary>
    public bool FeedForwardBias { get; init; }

    /// <summary>An RMS norm over each head of the queries and keys, before the rotation.</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>A query sees itself and the SlidingWindow - 1 tokens before it; null: all before it.</summary>
    public int? SlidingWindow { get; init; }

    public int? BosId { get; init; }

    /// <summary>Any of these ends a text; may be empty.</summary>
    public IReadOnlyList<int> EosIds { get; init; } = [];
}
