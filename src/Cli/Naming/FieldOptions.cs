using System.CommandLine;

namespace CoLA.Cli.Naming;

/// <summary>The options that fill the fields of requests: an option is named as its field, in a command line's manner.</summary>
internal static class FieldOptions
{
    /// <summary><c>--weight-decay</c> for <c>tasks[0].optimizer.weight_decay</c>; the field as it is where the command has no such option.</summary>
    public static string Name(Command command, string field)
    {
        var name = "--" + field.Split('.')[^1].Replace('_', '-');
        return command.Options.FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name))?.Name ?? field;
    }
}
