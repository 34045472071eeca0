using CoLA.V1;

namespace CoLA.Bench.Serving;

/// <summary>Greedy rows of token ids, as messages of the contract.</summary>
internal static class TokenRow
{
    /// <param name="task"><c>tenants/TENANT/tasks/TASK</c>; null for the base.</param>
    /// <param name="prompt">Its tokens.</param>
    /// <param name="newTokens">Tokens at most.</param>
    public static GenerateRow Of(string? task, IEnumerable<int> prompt, int newTokens) => new()
    {
        Source = task is null ? new Source { Base = new Base() } : new Source { Task = task },
        Prompt = new Prompt { Tokens = new TokenIds { Ids = { prompt } } },
        MaxTokens = newTokens,
    };
}
