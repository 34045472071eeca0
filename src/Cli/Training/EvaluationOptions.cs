using System.CommandLine;
using CoLA.Cli.Options;

namespace CoLA.Cli.Training;

/// <summary>What a training looks at beside its steps: the loss on what is held out.</summary>
internal sealed class EvaluationOptions
{
    private readonly Option<int?> _every = new Option<int?>("--evaluate-every")
    {
        Description = "Look at the loss on held-out examples after every so many steps [default: a tenth of them, where something asks for it]",
        HelpName = "STEPS",
    }.AtLeast(1);
    private readonly Option<int?> _examples = new Option<int?>("--evaluation-examples")
    {
        Description = "Held-out examples of each task that are looked at, at most [default: 100]",
        HelpName = "ITEMS",
    }.AtLeast(1);
    private readonly Option<int?> _patience = new Option<int?>("--early-stopping")
    {
        Description = "Stop after so many looks in a row without a lower held-out loss",
        HelpName = "PATIENCE",
    }.AtLeast(1);
    private readonly Option<double?> _improvement = new Option<double?>("--minimum-improvement")
    {
        Description = "By how much it must be lower to count [default: 0]",
        HelpName = "LOSS",
    }.AtLeast(0);
    private readonly Option<bool> _keepBest = new("--keep-best") { Description = "Publish the weights of the lowest held-out loss, not the last ones" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_every, _examples, _patience, _improvement, _keepBest])
        {
            command.Add(option);
        }
    }

    /// <summary>Null where nothing asks for the held-out loss.</summary>
    /// <param name="parse">What was typed.</param>
    /// <param name="isDrawn">Whether curves are drawn, of which it is one.</param>
    public V1.Evaluation? Of(ParseResult parse, bool isDrawn)
    {
        var (every, examples, patience, improvement) =
            (parse.GetValue(_every), parse.GetValue(_examples), parse.GetValue(_patience), parse.GetValue(_improvement));
        var keepBest = parse.GetValue(_keepBest);
        if (!isDrawn && !keepBest && every is null && examples is null && patience is null && improvement is null)
        {
            return null;
        }

        return new V1.Evaluation
        {
            Every = every ?? 0,
            Examples = examples ?? 0,
            Patience = patience ?? 0,
            MinimumImprovement = improvement ?? 0,
            KeepBest = keepBest,
        };
    }
}
