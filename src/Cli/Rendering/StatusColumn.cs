using System.Collections.Concurrent;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CoLA.Cli.Rendering;

/// <summary>The words beside a bar: a loss, a speed, a size.</summary>
internal sealed class StatusColumn : ProgressColumn
{
    private readonly ConcurrentDictionary<int, string> _words = new();

    protected override bool NoWrap => true;

    public void Say(ProgressTask task, string words) => _words[task.Id] = words;

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
        new Text(_words.GetValueOrDefault(task.Id, ""));
}
