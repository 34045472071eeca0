using System.Text.Json;
using System.Text.RegularExpressions;
using CoLA.Core.Rejections;

namespace CoLA.Models.Hub;

/// <summary>The files of a model at one commit.</summary>
internal sealed partial record HubListing(string Commit, IReadOnlyList<HubFile> Files)
{
    /// <summary>From the reply of <c>/api/models/{id}/revision/{revision}?blobs=true</c>.</summary>
    public static HubListing Parse(HubModelId model, byte[] reply)
    {
        try
        {
            using var json = JsonDocument.Parse(reply);
            var commit = json.RootElement.GetProperty("sha").GetString();
            var files = json.RootElement.GetProperty("siblings").EnumerateArray().Select(ParseFile).ToList();
            return commit is not null && CommitPattern().IsMatch(commit) && files.TrueForAll(IsSound)
                ? new HubListing(commit, files)
                : throw Unreadable(model, "a commit, a size or a hash has another form");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw Unreadable(model, exception.Message);
        }
    }

    private static HubFile ParseFile(JsonElement file)
    {
        var large = file.TryGetProperty("lfs", out var lfs) && lfs.ValueKind == JsonValueKind.Object;
        return new HubFile(
            file.GetProperty("rfilename").GetString() ?? "",
            (large ? lfs : file).TryGetProperty("size", out var size) ? size.GetInt64() : -1,
            large ? lfs.GetProperty("sha256").GetString() : null);
    }

    private static bool IsSound(HubFile file) =>
        file.Size >= 0 && file.Name is not ("" or "." or "..") && (file.Sha256 is null || HashPattern().IsMatch(file.Sha256));

    private static PreconditionRejection Unreadable(HubModelId model, string problem) =>
        new($"the hub's list of files of {model} cannot be read: {problem}");

    [GeneratedRegex("^[0-9a-f]{7,64}$", RegexOptions.CultureInvariant)]
    private static partial Regex CommitPattern();

    [GeneratedRegex("^[0-9a-f]{64}$", RegexOptions.CultureInvariant)]
    private static partial Regex HashPattern();
}
