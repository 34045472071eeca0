using CoLA.Core.Settings;

namespace CoLA.Core.Engine;

/// <summary>How many rows run, on how much memory, and how much of a prompt one step reads.</summary>
public sealed record EngineOptions
{
    [Setting(
        "--max-rows", "Rows that decode together at most", Least = 1, Most = 1024,
        Advice = "more rows give more tokens a second in all, and fewer to each")]
    public int MaximumRows { get; set; } = 64;

    [Setting(
        "--max-waiting", "Rows that wait at most; one more is refused with a hint to try again", Least = 1, Most = 1_000_000,
        Advice = "a row that finds no place is refused with a hint to try again")]
    public int MaximumWaiting { get; set; } = 4096;

    [Setting(
        "--kv-memory", "Memory for keys and values, those kept for rows that begin alike included", Least = 1 << 20,
        Advice = "a row cannot run without keys and values")]
    public long KeyValueMemory { get; set; } = 2L << 30;

    [Setting("--prefill-tokens", "Prompt tokens of one step at most", Least = 1, Most = 1 << 16, Advice = "some hundreds use the processor well")]
    public int PrefillTokens { get; set; } = 512;

    [Setting(
        "--prefill-tokens-beside", "The same while rows decode; fewer let them wait less for others' prompts", Least = 1, Most = 1 << 16,
        Advice = "some tens to hundreds keep prompts from stalling the rows that decode")]
    public int PrefillTokensBesideDecoding { get; set; } = 128;

    /// <summary>How many blocks of <paramref name="bytes"/> bytes fit into the memory for keys and values; at least one.</summary>
    internal int BlocksOf(long bytes) => (int)Math.Clamp(KeyValueMemory / bytes, 1, int.MaxValue / 2);
}
