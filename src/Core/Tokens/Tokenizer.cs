using System.Text;
using CoLA.Core.Rejections;
using CoLA.Core.Tokens.Chat;
using CoLA.Core.Tokens.Files;
using CoLA.Core.Tokens.Pipeline;

namespace CoLA.Core.Tokens;

/// <summary>Encodes text to token ids and decodes ids to text, as the model's files define it. Immutable and thread-safe.</summary>
public sealed class Tokenizer
{
    private readonly TokenizerParts _parts;
    private readonly AddedTokenSplitter _addedTokens;
    private readonly AddedTokenSplitter _renderedTokens;
    private readonly PieceTable _pieces;

    private Tokenizer(string source, TokenizerParts parts, TokenizerSettings settings)
    {
        _parts = settings.Apply(parts, source);
        _addedTokens = Splitter(parts.AddedTokens);
        _renderedTokens = parts.ControlTokens.Count > 0 ? Splitter(parts.ControlTokens) : _addedTokens;
        _pieces = new PieceTable(parts.Decoder, parts.Vocabulary, parts.SpecialIds.Contains);
        BosId = TokenizerSettings.IdOf(parts, settings.BosToken) ?? settings.BosId;
        EosId = TokenizerSettings.IdOf(parts, settings.EosToken) ?? settings.EosIds.Cast<int?>().FirstOrDefault();
        EosIds = new[] { EosId }.OfType<int>().Concat(settings.EosIds).ToHashSet();
        ChatTemplate = settings.ChatTemplate is { } template ? ChatTemplate.Read(template, settings.BosToken, settings.EosToken) : null;
    }

    /// <summary>One more than the highest token id. The model's logits may have more columns.</summary>
    public int VocabularySize => _pieces.Count;

    /// <summary>The token that begins a text; null where the model has none.</summary>
    public int? BosId { get; }

    /// <summary>The token that training appends to a completion; null where the model has none.</summary>
    public int? EosId { get; }

    /// <summary>All tokens that end a generated text.</summary>
    public IReadOnlySet<int> EosIds { get; }

    /// <summary>The model's chat template; null where its files have none.</summary>
    public ChatTemplate? ChatTemplate { get; }

    /// <summary>
    /// Reads tokenizer.json, otherwise tokenizer.model, and the configuration files of the directory. Null where it has neither.
    /// </summary>
    /// <exception cref="ModelFileRejection">A file is malformed, or needs an unsupported feature that would change token ids.</exception>
    public static Tokenizer? FromDirectory(string directory)
    {
        if (ModelJson.TryOpen(directory, "tokenizer.json") is { } json)
        {
            var settings = TokenizerSettings.FromDirectory(directory);
            return new Tokenizer(json.Path, TokenizerJson.Read(json, settings.AddedTokens), settings);
        }

        var model = Path.Combine(directory, "tokenizer.model");
        if (File.Exists(model))
        {
            var settings = TokenizerSettings.FromDirectory(directory);
            return new Tokenizer(model, SentencePieceFile.Read(model, settings.AddedTokens), settings);
        }

        return null;
    }

    /// <summary>Reads the tokenizer from the metadata of a GGUF file; null where it has none.</summary>
    /// <param name="file">The file's name, for error messages.</param>
    /// <param name="metadata">The metadata, with arrays as string[], float[] and int[].</param>
    /// <exception cref="ModelFileRejection">The metadata is malformed, or needs a feature that is not supported.</exception>
    public static Tokenizer? FromGguf(string file, IReadOnlyDictionary<string, object> metadata) =>
        GgufTokenizer.Read(file, metadata) is var (parts, settings) ? new Tokenizer(file, parts, settings) : null;

    /// <summary>Encodes a text. An added token that occurs in the text is encoded as one id.</summary>
    /// <param name="text">The text; a lone surrogate is treated as U+FFFD.</param>
    /// <param name="addSpecialTokens">Whether to add the special tokens of the model's files, such as BOS and EOS, before and after it.</param>
    public IReadOnlyList<int> Encode(string text, bool addSpecialTokens)
    {
        var ids = new List<int>();
        if (addSpecialTokens)
        {
            ids.AddRange(_parts.Prefix);
        }

        Encode(text, _addedTokens, TextPosition.Start, ids);
        if (addSpecialTokens)
        {
            ids.AddRange(_parts.Suffix);
        }

        return ids;
    }

    /// <summary>
    /// Encodes a rendered conversation, whose special tokens are part of its text. No token is added. Control tokens are found even
    /// with a SentencePiece vocabulary, which does not search them in plain texts.
    /// </summary>
    public IReadOnlyList<int> EncodeRendered(string rendered)
    {
        var ids = new List<int>();
        Encode(rendered, _renderedTokens, TextPosition.Start, ids);
        return ids;
    }

    /// <summary>
    /// Encodes the segments of a conversation; each id is marked with its segment's <see cref="ChatSegment.IsAssistant"/>. Segments
    /// are encoded separately, so an assistant's first token is the one that the model would generate. No space is prepended to
    /// later segments.
    /// </summary>
    public IReadOnlyList<(int Id, bool IsAssistant)> EncodeSegments(IEnumerable<ChatSegment> segments)
    {
        var marked = new List<(int, bool)>();
        var ids = new List<int>();
        foreach (var segment in segments)
        {
            ids.Clear();
            Encode(segment.Text, _renderedTokens, marked.Count == 0 ? TextPosition.Start : TextPosition.Continuing, ids);
            marked.AddRange(ids.Select(id => (id, segment.IsAssistant)));
        }

        return marked;
    }

    /// <summary>Decodes ids to text. Ids without a token add nothing.</summary>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens) => CreateDecoder(skipSpecialTokens).Finish(ids);

    /// <summary>A decoder for ids that arrive one by one.</summary>
    /// <param name="skipSpecialTokens">Whether special tokens are left out of the text.</param>
    /// <param name="continuesText">Whether the ids continue a text: then SentencePiece's leading space is kept.</param>
    public IncrementalDecoder CreateDecoder(bool skipSpecialTokens, bool continuesText = false) =>
        new(_pieces, skipSpecialTokens, continuesText);

    private void Encode(string text, AddedTokenSplitter splitter, TextPosition position, List<int> ids)
    {
        foreach (var piece in splitter.Split(WithoutLoneSurrogates(text)))
        {
            if (piece.Id is { } id)
            {
                ids.Add(id);
            }
            else
            {
                _parts.Encoder.Encode(piece.Text, piece.Offset == 0 ? position : TextPosition.Inside, ids);
            }
        }
    }

    private static AddedTokenSplitter Splitter(IEnumerable<AddedToken> tokens) => new(tokens.Select(token => (token.Content, token)));

    private static string WithoutLoneSurrogates(string text) =>
        text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;
}
