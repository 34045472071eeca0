using System.Text;
using CoLA.Core.Rejections;
using CoLA.Core.Tokens.Chat;
using CoLA.Core.Tokens.Files;
using CoLA.Core.Tokens.Pipeline;

namespace CoLA.Core.Tokens;

/// <summary>Text to token ids and back, as the model's own files say. Immutable and safe to use from many threads.</summary>
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

    /// <summary>One more than the highest token id. The model's logits may be wider.</summary>
    public int VocabularySize => _pieces.Count;

    /// <summary>The token that begins a text; null where the model has none.</summary>
    public int? BosId { get; }

    /// <summary>The token that training appends to a completion; null where the model has none.</summary>
    public int? EosId { get; }

    /// <summary>Every token that ends a generation.</summary>
    public IReadOnlySet<int> EosIds { get; }

    /// <summary>How the model writes a conversation; null where its files do not say.</summary>
    public ChatTemplate? ChatTemplate { get; }

    /// <summary>
    /// Reads tokenizer.json, or else tokenizer.model, and the configuration files beside it. Null where the directory has neither.
    /// </summary>
    /// <exception cref="ModelFileRejection">A file is malformed, or asks for what would change ids and is not supported.</exception>
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

    /// <summary>Reads the metadata of a GGUF file, arrays as string[], float[] and int[]. Null where it has no tokenizer.</summary>
    /// <param name="file">The file's name, for errors.</param>
    /// <param name="metadata">Its key-value metadata.</param>
    /// <exception cref="ModelFileRejection">The metadata is malformed, or asks for what is not supported.</exception>
    public static Tokenizer? FromGguf(string file, IReadOnlyDictionary<string, object> metadata) =>
        GgufTokenizer.Read(file, metadata) is var (parts, settings) ? new Tokenizer(file, parts, settings) : null;

    /// <summary>The ids of a text. Added tokens that are written in the text are encoded as such.</summary>
    /// <param name="text">The text; a lone surrogate counts as U+FFFD.</param>
    /// <param name="addSpecialTokens">Whether BOS, EOS or what the model's files say is put around it.</param>
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
    /// The ids of a rendered conversation, which holds its special tokens as text: nothing is added, and control tokens
    /// are found even where the vocabulary is a SentencePiece model, which does not look for them in plain texts.
    /// </summary>
    public IReadOnlyList<int> EncodeRendered(string rendered)
    {
        var ids = new List<int>();
        Encode(rendered, _renderedTokens, TextPosition.Start, ids);
        return ids;
    }

    /// <summary>
    /// The ids of a conversation cut in segments, each with whether an assistant says it. Segments are encoded apart, so
    /// an assistant's first token is the one that the model would have to generate; no space is put before a later segment.
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

    /// <summary>The text of ids; those that stand for no token add nothing.</summary>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens) => CreateDecoder(skipSpecialTokens).Finish(ids);

    /// <summary>A decoder for ids that come one by one.</summary>
    /// <param name="skipSpecialTokens">Whether special tokens add nothing to the text.</param>
    /// <param name="continuesText">Whether the ids go on from other text: SentencePiece's leading space is then kept.</param>
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
