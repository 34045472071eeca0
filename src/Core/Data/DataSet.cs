using CoLA.Core.Rejections;

namespace CoLA.Core.Data;

/// <summary>Items of one task.</summary>
/// <param name="Name">After the file, without its extension.</param>
/// <param name="Items">In the file's order.</param>
public sealed record DataSet(string Name, IReadOnlyList<DataItem> Items)
{
    /// <summary>Lines that were left out because the caller asked to go on past faulty ones (<see cref="DataSetOptions.SkipFaulty"/>).</summary>
    public IReadOnlyList<FieldViolation> Skipped { get; init; } = [];

    /// <summary>
    /// Items to train on and items held out, shuffled by <see cref="SplitMix64"/> for (<paramref name="seed"/>, <see cref="Name"/>):
    /// the first <paramref name="training"/> train, the rest is held out. When it is null, that is <see cref="DataSplit.Training"/>'s
    /// default of 200, but a fifth of the items (rounded up) is always held out.
    /// </summary>
    /// <exception cref="InvalidArgumentRejection">Fewer than two items, or <paramref name="training"/> is not in 1 .. items.</exception>
    public DataSplit Split(ulong seed, int? training = null) => DataSplit.Of(this, seed, training);
}
