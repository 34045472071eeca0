using CoLA.Core.Rejections;

namespace CoLA.Core.Data;

/// <summary>A data set in two parts that share no item.</summary>
/// <param name="Training">What is trained on; 200 items unless the caller says otherwise or the set is small.</param>
/// <param name="HeldOut">What accuracy is counted on.</param>
public sealed record DataSplit(IReadOnlyList<DataItem> Training, IReadOnlyList<DataItem> HeldOut)
{
    public const int DefaultTraining = 200;
    private const int HeldOutPart = 5;

    internal static DataSplit Of(DataSet data, ulong seed, int? training)
    {
        var items = data.Items.Count;
        if (items < 2)
        {
            throw new InvalidArgumentRejection("data", $"{data.Name} holds {items} item(s); a split into training and held-out items needs at least 2");
        }

        if (training is { } asked && (asked < 1 || asked > items))
        {
            throw new InvalidArgumentRejection("training", $"{asked} is not in 1..{items}, the items of {data.Name}");
        }

        var order = data.Items.ToArray();
        SplitMix64.For(seed, data.Name).Shuffle(order);
        var heldOut = (items + HeldOutPart - 1) / HeldOutPart;
        var first = training ?? Math.Min(DefaultTraining, items - heldOut);
        return new DataSplit(order[..first], order[first..]);
    }
}
