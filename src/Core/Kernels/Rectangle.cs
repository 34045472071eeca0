namespace CoLA.Core.Kernels;

/// <summary>Some rows and columns of a matrix.</summary>
/// <param name="Row">The first.</param>
/// <param name="RowEnd">Behind the last.</param>
/// <param name="Column">The first.</param>
/// <param name="ColumnEnd">Behind the last.</param>
internal readonly record struct Rectangle(int Row, int RowEnd, int Column, int ColumnEnd)
{
    /// <summary>What lies in both; its ends may lie before its beginnings.</summary>
    public Rectangle And(Rectangle other) => new(
        Math.Max(Row, other.Row), Math.Min(RowEnd, other.RowEnd), Math.Max(Column, other.Column), Math.Min(ColumnEnd, other.ColumnEnd));
}
