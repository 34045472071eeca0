using System.Globalization;

namespace CoLA.Cli.Evaluation;

/// <summary>How many of how many.</summary>
/// <param name="Right">Answered rightly.</param>
/// <param name="Items">That were asked.</param>
/// <param name="LeftOut">That could not be asked: with their solved examples they do not fit the model's context.</param>
internal readonly record struct Accuracy(int Right, int Items, int LeftOut)
{
    /// <summary>Null where nothing was asked.</summary>
    public double? Fraction => Items == 0 ? null : (double)Right / Items;

    /// <param name="marks">Null for what could not be asked.</param>
    public static Accuracy Of(IReadOnlyCollection<bool?> marks) =>
        new(marks.Count(mark => mark == true), marks.Count(mark => mark is not null), marks.Count(mark => mark is null));

    public override string ToString() => Fraction?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-";
}
