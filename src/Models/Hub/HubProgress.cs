namespace CoLA.Models.Hub;

/// <summary>How far a download is. The last report of a file has <paramref name="Bytes"/> equal to <paramref name="Total"/>.</summary>
/// <param name="File">Its name on disk.</param>
/// <param name="Bytes">On disk by now, what an earlier attempt left included.</param>
/// <param name="Total">Of the whole file.</param>
public sealed record HubProgress(string File, long Bytes, long Total);
