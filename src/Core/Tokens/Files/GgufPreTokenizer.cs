using CoLA.Core.Tokens.Pipeline;

namespace CoLA.Core.Tokens.Files;

/// <summary>The meaning of tokenizer.ggml.pre in a GGUF file: the pre-tokenizer and flags of the tokenizer.json that it was made from.</summary>
/// <param name="PreTokenizers">The steps that split text into words.</param>
/// <param name="Normalizers">The steps that rewrite the text before it is split.</param>
/// <param name="IgnoresMerges">Whether a word of the vocabulary is one token without applying merges.</param>
/// <param name="AddsBos">Whether texts begin with BOS where the file does not state it.</param>
internal sealed record GgufPreTokenizer(
    IReadOnlyList<IPreTokenizer> PreTokenizers,
    IReadOnlyList<ITextNormalizer> Normalizers,
    bool IgnoresMerges = false,
    bool AddsBos = false)
{
    private const string Llama3Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Qwen2Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private static readonly ByteLevelPreTokenizer Gpt2Words = new(addPrefixSpace: false, useRegex: true);

    private static readonly GgufPreTokenizer Gpt2 = new([Gpt2Words], []);

    private static readonly GgufPreTokenizer SmolLm = new([Isolated(@"\p{N}"), Gpt2Words], []);

    private static readonly GgufPreTokenizer Llama3 = new([Isolated(Llama3Pattern)], [], IgnoresMerges: true, AddsBos: true);

    private static readonly GgufPreTokenizer Qwen2 = new([Isolated(Qwen2Pattern)], [CanonicalComposition.Instance]);

    /// <summary>The supported names. Other names split text in other ways, so they are refused.</summary>
    public static IReadOnlyDictionary<string, GgufPreTokenizer> Known { get; } = new Dictionary<string, GgufPreTokenizer>(StringComparer.Ordinal)
    {
        ["gpt-2"] = Gpt2,
        ["smollm"] = SmolLm,
        ["llama-bpe"] = Llama3,
        ["llama3"] = Llama3,
        ["llama-v3"] = Llama3,
        ["qwen2"] = Qwen2,
    };

    private static SplitPreTokenizer Isolated(string pattern) => new(new RuneRegex(pattern), SplitBehavior.Isolated, invert: false);
}
