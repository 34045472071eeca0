using CoLA.V1;

namespace CoLA.Cli.Status;

/// <summary>Tokens a second of one tenant with one task.</summary>
/// <param name="Tenant">Who called; null for all tenants that are counted together.</param>
/// <param name="Task">The task's name, or <c>base</c>; null for all tasks that are counted together.</param>
/// <param name="TokensPerSecond">Now.</param>
internal sealed record AccountRates(string? Tenant, string? Task, TokenRates TokensPerSecond)
{
    /// <summary>Of every account of <paramref name="now"/>, the busiest first.</summary>
    public static IReadOnlyList<AccountRates> Between(ServerStatus now, ServerStatus before, double seconds)
    {
        var earlier = before.Accounts.ToDictionary(Key, account => account.Tokens);
        return
        [
            .. from account in now.Accounts
               let rates = TokenRates.Between(account.Tokens, earlier.GetValueOrDefault(Key(account)), seconds)
               orderby rates.Total descending, Key(account)
               select new AccountRates(account.Tenant is { Length: > 0 } tenant ? tenant : null, TaskOf(account), rates),
        ];
    }

    private static (string, string?) Key(TokenAccount account) => (account.Tenant, TaskOf(account));

    private static string? TaskOf(TokenAccount account) => account.SourceCase switch
    {
        TokenAccount.SourceOneofCase.Base => Naming.ResourceNames.Base,
        TokenAccount.SourceOneofCase.Task => account.Task,
        _ => null,
    };
}
