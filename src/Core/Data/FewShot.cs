using CoLA.Core.Data.Examples;
using CoLA.Core.Rejections;

namespace CoLA.Core.Data;

/// <summary>
/// k-shot prompts: the same k solved examples, in the form of the question and with a blank line after each, before every
/// prompt.
/// </summary>
public sealed class FewShot
{
    private readonly IReadOnlyList<DataItem> _order;
    private readonly int _shots;

    /// <param name="training">Where the solved examples are drawn from; items to judge should not be among them.</param>
    /// <param name="shots">k, 0 and above.</param>
    /// <param name="seed">Of the draw: the first k of the shuffled training items.</param>
    /// <exception cref="InvalidArgumentRejection">Fewer than k training items, or k below 0.</exception>
    public FewShot(IReadOnlyList<DataItem> training, int shots, ulong seed)
    {
        if (shots < 0 || shots > training.Count)
        {
            throw new InvalidArgumentRejection("shots", $"{shots} is not in 0..{training.Count}, the items to draw solved examples from");
        }

        var order = training.ToArray();
        new SplitMix64(seed).Shuffle(order);
        (_order, _shots) = (order, shots);
    }

    /// <summary>The item with the solved examples before its prompt; its completion and judgement stay.</summary>
    /// <exception cref="InvalidArgumentRejection">A conversation, an instruction or token ids: solved examples cannot be put before them as text.</exception>
    public DataItem Before(DataItem item)
    {
        var solved = string.Concat(_order.Where(shot => !ReferenceEquals(shot, item)).Take(_shots).Select(shot =>
        {
            var example = Completion(shot);
            return $"{example.Prompt}{example.Completion}\n\n";
        }));
        var asked = Completion(item);
        return item with { Example = asked with { Prompt = solved + asked.Prompt } };
    }

    private static CompletionExample Completion(DataItem item) =>
        item.Example as CompletionExample
        ?? throw new InvalidArgumentRejection(
            "shots", "solved examples go before prompt/completion text, BIG-Bench-Hard examples and choice questions only; use 0");
}
