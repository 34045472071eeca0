using CoLA.Core.Tokens.Pipeline;

namespace CoLA.Core.Tokens.Files;

/// <summary>The parts of a tokenizer, independent of the file format that they were read from.</summary>
internal sealed record TokenizerParts
{
    /// <summary>Encodes the text between added tokens.</summary>
    public required ISegmentEncoder Encoder { get; init; }

    /// <summary>How tokens become text.</summary>
    public required DecoderSpec Decoder { get; init; }

    /// <summary>All tokens and their ids, including added tokens.</summary>
    public required IReadOnlyDictionary<string, int> Vocabulary { get; init; }

    /// <summary>Added tokens that are searched in the text before it is normalized.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>Control tokens that are searched in rendered conversations only, because the reference library does not search them in plain texts.</summary>
    public IReadOnlyList<AddedToken> ControlTokens { get; init; } = [];

    /// <summary>Ids of special tokens, which decoding can skip.</summary>
    public required IReadOnlySet<int> SpecialIds { get; init; }

    /// <summary>Token ids before a text that is encoded with special tokens.</summary>
    public IReadOnlyList<int> Prefix { get; init; } = [];

    /// <summary>Token ids after such a text.</summary>
    public IReadOnlyList<int> Suffix { get; init; } = [];
}
