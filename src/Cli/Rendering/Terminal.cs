using CoLA.Cli.Failures;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CoLA.Cli.Rendering;

/// <summary>
/// What one command says, and to whom. With --json standard output holds one JSON object (one for each reading of what is
/// watched) and everything for people goes nowhere, failures for people excepted: those go to standard error, beside the
/// object that names them.
/// </summary>
internal sealed class Terminal(CliHost host, bool json)
{
    public bool Json { get; } = json;

    /// <summary>Whether somebody watches standard error and could answer a question.</summary>
    public bool IsInteractive => !Json && host.Error.Profile.Capabilities.Interactive;

    public TimeProvider Time => host.Time;

    /// <summary>Where progress is drawn; null where it goes nowhere.</summary>
    public IAnsiConsole? Progress => Json ? null : host.Error;

    /// <summary>Standard output as a screen that can be drawn over again; null where it is a file, a pipe, or for programs.</summary>
    public IAnsiConsole? Screen => !Json && host.Output.Profile is { Out.IsTerminal: true, Capabilities.Ansi: true } ? host.Output : null;

    /// <summary>A result for people, on standard output.</summary>
    public void Show(IRenderable renderable)
    {
        if (!Json)
        {
            host.Output.Write(renderable);
        }
    }

    /// <summary>A result for people as one line of markup, on standard output.</summary>
    public void Line(FormattableString markup)
    {
        if (!Json)
        {
            host.Output.MarkupLineInterpolated(markup);
        }
    }

    /// <summary>Text that is the result itself, as it is: not wrapped, not styled.</summary>
    public void Text(string text)
    {
        if (!Json)
        {
            host.Output.Profile.Out.Writer.Write(text);
            host.Output.Profile.Out.Writer.Flush();
        }
    }

    /// <summary>Something worth knowing that is not the result, on standard error.</summary>
    public void Remark(FormattableString markup)
    {
        if (!Json)
        {
            host.Error.MarkupLineInterpolated(markup);
        }
    }

    /// <summary>The result for programs.</summary>
    public void Result<T>(T result)
        where T : class
    {
        if (Json)
        {
            WriteJson(JsonResult.Of(result));
        }
    }

    /// <summary>Asks somebody who watches; nobody watching means no.</summary>
    public async Task<bool> ConfirmAsync(string question, CancellationToken cancellation) =>
        IsInteractive && await host.Error.ConfirmAsync(Markup.Escape(question), defaultValue: false, cancellation);

    public void Fail(Failure failure)
    {
        host.Error.MarkupLineInterpolated($"[red]{(failure.ExitCode == ExitCode.Cancelled ? "" : "Error: ")}{failure.Message}[/]");
        foreach (var violation in failure.Violations)
        {
            host.Error.MarkupLineInterpolated($"  - {violation}");
        }

        if (failure.Cure is not null)
        {
            host.Error.MarkupLineInterpolated($"{failure.Cure}");
        }

        Result(new { Error = new { failure.Message, failure.Violations, failure.Cure, failure.ExitCode } });
    }

    private void WriteJson(string text)
    {
        host.Output.Profile.Out.Writer.WriteLine(text);
        host.Output.Profile.Out.Writer.Flush();
    }
}
