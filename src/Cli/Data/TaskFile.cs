using System.CommandLine;
using System.CommandLine.Parsing;

namespace CoLA.Cli.Data;

/// <summary>A task and the file of its examples, as <c>NAME=FILE</c>.</summary>
/// <param name="Task">As it was typed.</param>
/// <param name="File">A path.</param>
internal sealed record TaskFile(string Task, string File)
{
    /// <summary>The repeatable option <c>--task NAME=FILE</c>, or one of another name.</summary>
    public static Option<TaskFile[]> Option(string description, bool required = true, string name = "--task") => new(name)
    {
        Description = description,
        HelpName = "NAME=FILE",
        Required = required,
        CustomParser = Parse,
    };

    private static TaskFile[] Parse(ArgumentResult result)
    {
        var files = new List<TaskFile>();
        foreach (var token in result.Tokens)
        {
            var at = token.Value.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || at == token.Value.Length - 1)
            {
                result.AddError($"'{token.Value}' is not of the form NAME=FILE; write for example sort=sort.jsonl");
                return [];
            }

            files.Add(new TaskFile(token.Value[..at], token.Value[(at + 1)..]));
        }

        return [.. files];
    }
}
