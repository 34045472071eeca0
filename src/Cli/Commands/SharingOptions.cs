using System.CommandLine;
using CoLA.V1;

namespace CoLA.Cli.Commands;

/// <summary>Whom a pool is shared with: <c>--with</c>, <c>--public</c> or <c>--private</c>.</summary>
internal sealed class SharingOptions
{
    private readonly Option<string[]> _with = new("--with")
    {
        Description = "Share with these tenants",
        HelpName = "TENANT",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<bool> _public = new("--public") { Description = "Share with every tenant" };
    private readonly Option<bool> _private = new("--private") { Description = "Share with nobody" };

    public void AddTo(Command command)
    {
        command.Add(_with);
        command.Add(_public);
        command.Add(_private);
        command.Validators.Add(result =>
        {
            var chosen = (result.GetResult(_with) is null ? 0 : 1) + (result.GetValue(_public) ? 1 : 0) + (result.GetValue(_private) ? 1 : 0);
            if (chosen > 1)
            {
                result.AddError("--with, --public and --private exclude each other");
            }
        });
    }

    /// <summary>Null where none of the three is given.</summary>
    public Sharing? Of(ParseResult parse)
    {
        if (parse.GetValue(_public))
        {
            return new Sharing { Visibility = Visibility.Public };
        }

        if (parse.GetValue(_private))
        {
            return new Sharing { Visibility = Visibility.Private };
        }

        return parse.GetValue(_with) is { Length: > 0 } tenants
            ? new Sharing { Visibility = Visibility.Shared, Tenants = { tenants } }
            : null;
    }
}
