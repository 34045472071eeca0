namespace CoLA.Core.Kernels;

/// <summary>Neighbouring rows and columns of a matrix.</summary>
/// <param name="Row">The first row.</param>
/// <param name="RowEnd">One past the last row.</param>
/// <param name="Column">The first column.</param>
/// <param name="ColumnEnd">One past the last column.</param>
internal readonly record struct Rectangle(int Row, int RowEnd, int Column, int ColumnEnd)
{
    /// <summary>The intersection. An end may be smaller than its start: then the intersection is empty.</summary>
    public Rectangle And(Rectangle other) => new(
        Math.Max(Row, other.Row), Math.Min(RowEnd, other.RowEnd), Math.Max(Column, other.Column), Math.Min(ColumnEnd, other.ColumnEnd));
}
