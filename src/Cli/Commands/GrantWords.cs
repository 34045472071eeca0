using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Naming;
using CoLA.V1;

namespace CoLA.Cli.Commands;

/// <summary>Grants as people write them: <c>platform:train,publish,generate</c>.</summary>
internal static class GrantWords
{
    public static Option<string[]> Option() => new("--grant")
    {
        Description = $"Let a tenant do something with the task, as TENANT:PERMISSION,...; permissions: {string.Join(", ", EnumWords.All<Permission>())}",
        HelpName = "GRANT",
    };

    /// <exception cref="UsageException">One is of another form.</exception>
    public static IEnumerable<Grant> Parse(IEnumerable<string> grants) => grants.Select(grant => grant.Split(':') switch
    {
        [{ Length: > 0 } tenant, { Length: > 0 } permissions] => Grant(tenant, permissions.Split(',')),
        _ => throw new UsageException($"'{grant}' is not a grant", "Write it as TENANT:PERMISSION,PERMISSION, for example platform:train,publish."),
    });

    /// <exception cref="UsageException">There is no such permission.</exception>
    public static Grant Grant(string tenant, IEnumerable<string> permissions) => new()
    {
        Tenant = tenant,
        Permissions =
        {
            permissions.Select(word => EnumWords.TryParse<Permission>(word, out var permission)
                ? permission
                : throw new UsageException($"'{word}' is not a permission", $"Choose from {string.Join(", ", EnumWords.All<Permission>())}.")),
        },
    };
}
