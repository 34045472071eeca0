using CoLA.Core.Inference;
using CoLA.Core.Sequences;

namespace CoLA.Bench.Worlds;

/// <summary>Prompts that the base answers with as many tokens as are wanted, for what cannot ignore an end.</summary>
internal static class LongPrompts
{
    /// <exception cref="InvalidOperationException">The model ends nearly every text early.</exception>
    public static async Task<TokenPrompt[]> FindAsync(World world, int count, int promptTokens, int newTokens)
    {
        const int attempts = 20;
        var found = new List<TokenPrompt>();
        for (var attempt = 0; attempt < attempts && found.Count < count; attempt++)
        {
            var rows = Enumerable.Range(0, count)
                .Select(_ => new GenerationRow(ModelSource.Base, world.Prompts.Next(promptTokens), SamplingOptions.Greedy, [], newTokens, null)).ToArray();
            await foreach (var news in world.Core.Generation.RunAsync(World.Tenant, rows, default))
            {
                if (news.Finish is { } finish && finish.CompletionTokens == newTokens)
                {
                    found.Add((TokenPrompt)rows[news.Row].Prompt);
                }
            }
        }

        return found.Count >= count
            ? [.. found.Take(count)]
            : throw new InvalidOperationException(
                $"only {found.Count} of {attempts * count} random prompts are answered with {newTokens} tokens; this needs a model that ends fewer texts "
                    + "early");
    }
}
