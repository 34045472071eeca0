namespace CoLA.Core.Tokens.Pipeline;

/// <summary>How tokens are decoded to text.</summary>
internal sealed record DecoderSpec
{
    /// <summary>Whether tokens are written in the byte alphabet.</summary>
    public bool ByteLevel { get; init; }

    /// <summary>Whether tokens such as &lt;0x0A&gt; are bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Literal replacements in each token, in the order in which they apply.</summary>
    public IReadOnlyList<(string Pattern, string Content)> Replacements { get; init; } = [];

    /// <summary>The maximum number of spaces that are removed from the start of the text.</summary>
    public int LeadingSpaces { get; init; }

    /// <summary>
    /// The visible space of SentencePiece, which becomes a space; null where the other rules are enough. In the first token it is
    /// removed instead, unless <see cref="KeepsFirstMetaspace"/>.
    /// </summary>
    public string? Metaspace { get; init; }

    /// <summary>Whether visible spaces in the first token become spaces too.</summary>
    public bool KeepsFirstMetaspace { get; init; }

    /// <summary>The rules of SentencePiece: visible spaces become spaces, leading spaces are removed, and unknown characters are bytes.</summary>
    public static DecoderSpec SentencePiece(int leadingSpaces) => new()
    {
        ByteFallback = true,
        Replacements = [("\u2581", " ")],
        LeadingSpaces = leadingSpaces,
    };
}
