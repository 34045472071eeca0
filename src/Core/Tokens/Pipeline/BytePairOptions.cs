namespace CoLA.Core.Tokens.Pipeline;

/// <summary>What a byte-pair vocabulary does beside merging.</summary>
/// <param name="ByteLevel">Words are written in the byte alphabet first.</param>
/// <param name="IgnoreMerges">A word that is in the vocabulary is one token, whatever the merges say.</param>
/// <param name="ByteFallback">A character that is not in the vocabulary becomes the tokens of its UTF-8 bytes.</param>
/// <param name="UnknownToken">What else it becomes; null: nothing.</param>
/// <param name="FuseUnknown">Several unknown characters in a row become one unknown token.</param>
internal sealed record BytePairOptions(
    bool ByteLevel = false,
    bool IgnoreMerges = false,
    bool ByteFallback = false,
    string? UnknownToken = null,
    bool FuseUnknown = false);
