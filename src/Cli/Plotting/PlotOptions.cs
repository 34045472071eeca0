using System.CommandLine;

namespace CoLA.Cli.Plotting;

/// <summary>Where curves of the loss are drawn.</summary>
internal sealed class PlotOptions
{
    private static readonly string[] Endings = [".svg", ".png"];

    private readonly Option<bool> _terminal = new("--plot") { Description = "Draw the loss of each task, in training and held out, by step" };
    private readonly Option<string?> _file = new("--plot-file") { Description = "Draw it into a file, .svg or .png", HelpName = "FILE" };

    public void AddTo(Command command)
    {
        command.Add(_terminal);
        command.Add(_file);
        _file.Validators.Add(result =>
        {
            // Before the training: hours later would be too late.
            var path = result.Tokens.Single().Value;
            if (!Endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
            {
                result.AddError($"--plot-file ends in {string.Join(" or ", Endings)}, not '{Path.GetFileName(path)}'");
            }
            else if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
            {
                result.AddError($"--plot-file: there is no directory {folder}");
            }
        });
    }

    public PlotRequest Of(ParseResult parse) => new(parse.GetValue(_terminal), parse.GetValue(_file));
}
