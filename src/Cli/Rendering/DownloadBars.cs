using CoLA.Models.Hub;

namespace CoLA.Cli.Rendering;

/// <summary>A bar for every file of a download, from when it is first heard of.</summary>
internal sealed class DownloadBars(ProgressBars bars) : IProgress<HubProgress>
{
    private readonly Dictionary<string, ProgressBar> _files = new(StringComparer.Ordinal);

    public void Report(HubProgress value)
    {
        if (!_files.TryGetValue(value.File, out var bar))
        {
            bar = bars.Add(value.File, value.Total);
            _files.Add(value.File, bar);
        }

        bar.Set(value.Bytes, $"{Sizes.Bytes(value.Bytes)} of {Sizes.Bytes(value.Total)}");
    }
}
