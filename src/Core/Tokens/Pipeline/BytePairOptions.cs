namespace CoLA.Core.Tokens.Pipeline;

/// <summary>Options of byte-pair encoding.</summary>
/// <param name="ByteLevel">Whether words are first written in the byte alphabet.</param>
/// <param name="IgnoreMerges">Whether a word of the vocabulary is one token without applying merges.</param>
/// <param name="ByteFallback">Whether a character that is not in the vocabulary becomes the tokens of its UTF-8 bytes.</param>
/// <param name="UnknownToken">The token for all other unknown characters; null to drop them.</param>
/// <param name="FuseUnknown">Whether consecutive unknown characters become one unknown token.</param>
internal sealed record BytePairOptions(
    bool ByteLevel = false,
    bool IgnoreMerges = false,
    bool ByteFallback = false,
    string? UnknownToken = null,
    bool FuseUnknown = false);
