using System.Globalization;
using System.Text.Json;
using CoLA.Core.Rejections;
using CoLA.Core.Tokens.Pipeline;

namespace CoLA.Core.Tokens.Files;

/// <summary>What the files beside a vocabulary say: which tokens begin and end a text, and the chat template.</summary>
internal sealed record TokenizerSettings
{
    public string? BosToken { get; init; }

    public string? EosToken { get; init; }

    /// <summary>Used where no token is named.</summary>
    public int? BosId { get; init; }

    /// <summary>Ids that end a generation, beside the named token.</summary>
    public IReadOnlyList<int> EosIds { get; init; } = [];

    /// <summary>Whether texts begin with BOS; null: as the vocabulary's own file says.</summary>
    public bool? AddBos { get; init; }

    /// <summary>Whether texts end with EOS; null: as the vocabulary's own file says.</summary>
    public bool? AddEos { get; init; }

    public string? ChatTemplate { get; init; }

    /// <summary>Added tokens that the vocabulary's own file may lack.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

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

            // A tokenizer configuration that names no BOS means that texts have none, whatever the model's says.
            BosId = tokenizer is null ? Ids(generation ?? model, "bos_token_id").Cast<int?>().FirstOrDefault() : null,
            EosIds = Ids(generation, "eos_token_id") is { Count: > 0 } ids ? ids : Ids(model, "eos_token_id"),
            AddBos = OptionalFlag(tokenizer, "add_bos_token"),
            AddEos = OptionalFlag(tokenizer, "add_eos_token"),
            ChatTemplate = File.Exists(template) ? File.ReadAllText(template) : TemplateText(tokenizer),
            AddedTokens = AddedTokensOf(tokenizer),
        };
    }

    /// <summary>A token is written as its text, or as an object with its flags.</summary>
    private static string? TokenText(ModelJson? file, string key) =>
        file is null || ModelJson.Member(file.Root, key) is not { } token
            ? null
            : token.ValueKind == JsonValueKind.String
                ? token.GetString()
                : file.Text(token, key, "content");

    /// <summary>One id, or a list of them.</summary>
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

    /// <summary>One template, or several of which the one named default is for chats without tools.</summary>
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

    /// <summary>Makes <paramref name="parts"/> begin and end texts as these settings say.</summary>
    /// <exception cref="ModelFileRejection">The settings ask for a token that they do not name.</exception>
    public TokenizerParts Apply(TokenizerParts parts, string source)
    {
        var prefix = Affix(parts.Prefix, AddBos, IdOf(parts, BosToken) ?? BosId, source, "add_bos_token");
        var suffix = Affix(parts.Suffix, AddEos, IdOf(parts, EosToken), source, "add_eos_token");
        return parts with { Prefix = prefix, Suffix = suffix };
    }

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
