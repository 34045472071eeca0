using System.Globalization;
using System.Text.Json;
using CoLA.Core.Rejections;
using CoLA.Core.Tokens.Pipeline;

namespace CoLA.Core.Tokens.Files;

/// <summary>Settings of a tokenizer that are not part of its vocabulary file: the tokens that begin and end a text, and the chat template.</summary>
internal sealed record TokenizerSettings
{
    /// <summary>The token that begins a text; null where none is named.</summary>
    public string? BosToken { get; init; }

    /// <summary>The token that ends a text; null where none is named.</summary>
    public string? EosToken { get; init; }

    /// <summary>The id of BOS where <see cref="BosToken"/> is null.</summary>
    public int? BosId { get; init; }

    /// <summary>Ids that end a generated text, in addition to <see cref="EosToken"/>.</summary>
    public IReadOnlyList<int> EosIds { get; init; } = [];

    /// <summary>Whether texts begin with BOS; null to follow the vocabulary file.</summary>
    public bool? AddBos { get; init; }

    /// <summary>Whether texts end with EOS; null to follow the vocabulary file.</summary>
    public bool? AddEos { get; init; }

    /// <summary>The chat template in Jinja; null where there is none.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>Added tokens that the vocabulary file may lack.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>Reads the settings from the configuration files of a model directory; all of them are optional.</summary>
    /// <exception cref="ModelFileRejection">A file is malformed.</exception>
    public static TokenizerSettings FromDirectory(string directory)
    {
        var tokenizer = ModelJson.TryOpen(directory, "tokenizer_config.json");
        var special = ModelJson.TryOpen(directory, "special_tokens_map.json");
        var generation = ModelJson.TryOpen(directory, "generation_config.json");
        var model = ModelJson.TryOpen(directory, "config.json");
        var template = Path.Combine(directory, "chat_template.jinja");
        return new TokenizerSettings
        {
            BosToken = TokenText(tokenizer, "bos_token") ?? TokenText(special, "bos_token"),
            EosToken = TokenText(tokenizer, "eos_token") ?? TokenText(special, "eos_token"),

            // If tokenizer_config.json exists and names no BOS, texts have none, even if the model's configuration has an id.
            BosId = tokenizer is null ? Ids(generation ?? model, "bos_token_id").Cast<int?>().FirstOrDefault() : null,
            EosIds = Ids(generation, "eos_token_id") is { Count: > 0 } ids ? ids : Ids(model, "eos_token_id"),
            AddBos = OptionalFlag(tokenizer, "add_bos_token"),
            AddEos = OptionalFlag(tokenizer, "add_eos_token"),
            ChatTemplate = File.Exists(template) ? File.ReadAllText(template) : TemplateText(tokenizer),
            AddedTokens = AddedTokensOf(tokenizer),
        };
    }

    /// <summary>The text of a token, which is a string or an object with flags.</summary>
    private static string? TokenText(ModelJson? file, string key) =>
        file is null || ModelJson.Member(file.Root, key) is not { } token
            ? null
            : token.ValueKind == JsonValueKind.String
                ? token.GetString()
                : file.Text(token, key, "content");

    /// <summary>Reads one id or a list of ids.</summary>
    private static List<int> Ids(ModelJson? file, string key)
    {
        if (file is null || ModelJson.Member(file.Root, key) is not { } member)
        {
            return [];
        }

        IEnumerable<JsonElement> ids = member.ValueKind == JsonValueKind.Array ? member.EnumerateArray() : [member];
        return [.. ids.Select(id => id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out var value)
            ? value
            : throw file.Refuse(key, "a token id or a list of them", member.ToString()))];
    }

    private static bool? OptionalFlag(ModelJson? file, string key) =>
        file is null || ModelJson.Member(file.Root, key) is null ? null : file.Flag(file.Root, "", key, absent: false);

    /// <summary>The chat template. Of several, the one named "default" is for conversations without tools.</summary>
    private static string? TemplateText(ModelJson? file)
    {
        if (file is null || ModelJson.Member(file.Root, "chat_template") is not { } template)
        {
            return null;
        }

        if (template.ValueKind == JsonValueKind.Array)
        {
            return template.EnumerateArray()
                .Where(named => ModelJson.Member(named, "name")?.ToString() == "default")
                .Select(named => file.Text(named, "chat_template", "template"))
                .FirstOrDefault();
        }

        return file.Text(file.Root, "", "chat_template");
    }

    private static IReadOnlyList<AddedToken> AddedTokensOf(ModelJson? file) =>
        file is null || ModelJson.Member(file.Root, "added_tokens_decoder") is not { ValueKind: JsonValueKind.Object } tokens
            ? []
            : [.. tokens.EnumerateObject().Select(token => TokenizerJson.AddedToken(
                file,
                token.Value,
                "added_tokens_decoder",
                int.TryParse(token.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                    ? id
                    : throw file.Refuse("added_tokens_decoder", "token ids", token.Name)))];

    /// <summary>Returns <paramref name="parts"/> with the tokens before and after a text that these settings state.</summary>
    /// <exception cref="ModelFileRejection">The settings add a token that they do not name.</exception>
    public TokenizerParts Apply(TokenizerParts parts, string source)
    {
        var prefix = Affix(parts.Prefix, AddBos, IdOf(parts, BosToken) ?? BosId, source, "add_bos_token");
        var suffix = Affix(parts.Suffix, AddEos, IdOf(parts, EosToken), source, "add_eos_token");
        return parts with { Prefix = prefix, Suffix = suffix };
    }

    /// <summary>The id of a token; null where it is null or not in the vocabulary.</summary>
    public static int? IdOf(TokenizerParts parts, string? token) =>
        token is not null && parts.Vocabulary.TryGetValue(token, out var id) ? id : null;

    private static IReadOnlyList<int> Affix(IReadOnlyList<int> affix, bool? asked, int? id, string source, string key) => (asked, id) switch
    {
        (null, _) => affix,
        (false, { } known) => [.. affix.Where(other => other != known)],
        (false, null) => affix,
        (true, { } known) => affix.Contains(known) ? affix : [known, .. affix],
        (true, null) => throw new ModelFileRejection(source, key, "a token of the vocabulary to add", "none"),
    };
}
