using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Rendering;
using CoLA.Models.Hub;

namespace CoLA.Cli.Commands;

/// <summary><c>cola model pull</c></summary>
internal sealed class ModelPullCommand : CliCommand
{
    private readonly Argument<string> _id = new("ID") { Description = "ORGANISATION/NAME on the hub" };
    private readonly Option<string?> _to = new("--to") { Description = "Directory to put it in [default: models/NAME]", HelpName = "DIR" };
    private readonly Option<string> _revision = new("--revision")
    {
        Description = "Branch, tag or commit",
        DefaultValueFactory = _ => HubModelId.DefaultRevision,
    };
    private readonly Option<string?> _gguf = new("--gguf") { Description = "The GGUF file to take instead of safetensors", HelpName = "FILE" };

    public ModelPullCommand(CliContext cli)
        : base("pull", "Download a model from the HuggingFace hub (HF_ENDPOINT, HF_TOKEN); run it again to go on where it stopped", cli)
    {
        Add(_id);
        Add(_to);
        Add(_revision);
        Add(_gguf);
    }

    protected override async Task<int> RunAsync(ParseResult parse, Terminal terminal, CancellationToken cancellation)
    {
        var model = HubModelId.Parse(parse.GetRequiredValue(_id), parse.GetRequiredValue(_revision));
        var directory = parse.GetValue(_to) ?? Path.Combine("models", Path.GetFileName(model.Name));
        var download = new HubDownload(HubOptions.FromEnvironment(), Cli.Host.Time);
        HubSnapshot? snapshot = null;
        await ProgressBars.RunAsync(terminal, async bars =>
        {
            var files = new DownloadBars(bars);
            snapshot = await download.RunAsync(model, directory, parse.GetValue(_gguf), files, cancellation);
        });
        var bytes = Sizes.Bytes(snapshot!.Files.Sum(file => file.Size));
        terminal.Line($"{model} is in [bold]{directory}[/]: {snapshot.Files.Count} files, {bytes}, commit {snapshot.Commit}.");
        terminal.Line($"Serve it: cola serve --model {directory}");
        terminal.Result(new { Model = model.ToString(), snapshot.Directory, snapshot.Commit, snapshot.Files });
        return ExitCode.Ok;
    }
}
