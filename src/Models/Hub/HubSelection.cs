using CoLA.Core.Rejections;
using CoLA.Core.Weights;

namespace CoLA.Models.Hub;

/// <summary>Of a model's files, those that this project reads.</summary>
internal static class HubSelection
{
    public const string Index = "model.safetensors.index.json";

    private const string SingleFile = "model.safetensors";
    private const string GgufExtension = ".gguf";

    private static readonly string[] Beside =
    [
        "config.json",
        "generation_config.json",
        "tokenizer.json",
        "tokenizer.model",
        "tokenizer_config.json",
        "special_tokens_map.json",
        "chat_template.jinja",
    ];

    /// <summary>Configuration, tokenizer and chat template, as far as they are there.</summary>
    public static IReadOnlyList<HubFile> WithoutWeights(HubListing listing) =>
        [.. listing.Files.Where(file => Beside.Contains(file.Path, StringComparer.Ordinal))];

    /// <summary>The weight file, or the index of several.</summary>
    /// <param name="listing">All that the hub has.</param>
    /// <param name="model">For the rejection.</param>
    /// <param name="gguf">The GGUF file that the caller chose; null for safetensors, or the only GGUF file there is.</param>
    /// <exception cref="InvalidArgumentRejection">The chosen file is not there, or one has to be chosen.</exception>
    /// <exception cref="UnsupportedRejection">The model has no weights in a format that is read.</exception>
    public static HubFile Weights(HubListing listing, HubModelId model, string? gguf)
    {
        HubFile[] all = [.. listing.Files.Where(file => file.Path.EndsWith(GgufExtension, StringComparison.OrdinalIgnoreCase))];
        var names = string.Join(", ", all.Select(file => file.Path));
        if (gguf is not null)
        {
            return Array.Find(all, file => file.Path == gguf)
                ?? throw new InvalidArgumentRejection("gguf", $"{model} has no '{gguf}'; its GGUF files: {(all.Length == 0 ? "none" : names)}");
        }

        return Find(listing, SingleFile) ?? Find(listing, Index) ?? all switch
        {
            [var only] => only,
            [] => throw new UnsupportedRejection($"{model} has neither safetensors nor GGUF files; others are not read"),
            _ => throw new InvalidArgumentRejection("gguf", $"{model} has several GGUF files; choose one: {names}"),
        };
    }

    /// <summary>The shards that an index names.</summary>
    /// <exception cref="ModelFileRejection">The hub lacks one of them.</exception>
    public static IReadOnlyList<HubFile> Shards(HubListing listing, ShardIndex index) =>
        [.. index.Files.Select(name => Find(listing, name)
            ?? throw new ModelFileRejection(index.Path, null, $"{name} beside it on the hub", "no such file"))];

    private static HubFile? Find(HubListing listing, string path) => listing.Files.FirstOrDefault(file => file.Path == path);
}
