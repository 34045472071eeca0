namespace CoLA.Core.Tokens.Pipeline;

/// <summary>How tokens become text again.</summary>
internal sealed record DecoderSpec
{
    /// <summary>Tokens are written in the byte alphabet.</summary>
    public bool ByteLevel { get; init; }

    /// <summary>Tokens such as &lt;0x0A&gt; are bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Literal replacements in each token, in order.</summary>
    public IReadOnlyList<(string Pattern, string Content)> Replacements { get; init; } = [];

    /// <summary>How many spaces are dropped from the start of the text.</summary>
    public int LeadingSpaces { get; init; }

    /// <summary>SentencePiece's visible space; null where the other rules say it all. The first token loses all of its own.</summary>
    public string? Metaspace { get; init; }

    /// <summary>Whether the first token keeps its visible spaces after all.</summary>
    public bool KeepsFirstMetaspace { get; init; }

    /// <summary>The rules of SentencePiece: visible spaces become spaces, the text's own leading one is dropped, unknown characters are bytes.</summary>
    public static DecoderSpec SentencePiece(int leadingSpaces) => new()
    {
        ByteFallback = true,
        Replacements = [("\u2581", " ")],
        LeadingSpaces = leadingSpaces,
    };
}
