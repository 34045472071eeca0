using CoLA.Core.Tokens.Pipeline;

namespace CoLA.Core.Tokens.Files;

/// <summary>What a tokenizer is made of, whatever file it came from.</summary>
internal sealed record TokenizerParts
{
    public required ISegmentEncoder Encoder { get; init; }

    public required DecoderSpec Decoder { get; init; }

    /// <summary>Every token and its id, the added ones too.</summary>
    public required IReadOnlyDictionary<string, int> Vocabulary { get; init; }

    /// <summary>Added tokens that are looked for in the text as it stands.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>Control tokens that are found in rendered chats only, because the file's own library does not look for them in texts.</summary>
    public IReadOnlyList<AddedToken> ControlTokens { get; init; } = [];

    /// <summary>Ids of the tokens that decoding may skip.</summary>
    public required IReadOnlySet<int> SpecialIds { get; init; }

    /// <summary>What is put before a text with special tokens.</summary>
    public IReadOnlyList<int> Prefix { get; init; } = [];

    /// <summary>What is put after it.</summary>
    public IReadOnlyList<int> Suffix { get; init; } = [];
}
