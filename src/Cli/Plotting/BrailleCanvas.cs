namespace CoLA.Cli.Plotting;

/// <summary>A drawing of dots, two wide and four high in each character.</summary>
internal sealed class BrailleCanvas(int columns, int rows)
{
    private const int DotColumns = 2;
    private const int DotRows = 4;
    private const char Empty = '⠀';

    // By row, then column, as Unicode numbers the dots of a Braille pattern.
    private static readonly int[] Bits = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];

    private readonly int[] _cells = new int[columns * rows];

    /// <summary>Dots across.</summary>
    public int Width => columns * DotColumns;

    /// <summary>Dots down.</summary>
    public int Height => rows * DotRows;

    /// <summary>A straight line between two dots; (0, 0) is at the top left.</summary>
    public void Line((int X, int Y) from, (int X, int Y) to)
    {
        var length = Math.Max(Math.Abs(to.X - from.X), Math.Abs(to.Y - from.Y));
        for (var at = 0; at <= length; at++)
        {
            var part = length == 0 ? 0 : (double)at / length;
            Dot((int)Math.Round(from.X + part * (to.X - from.X)), (int)Math.Round(from.Y + part * (to.Y - from.Y)));
        }
    }

    /// <summary>The characters of a row; blanks where there is no dot.</summary>
    /// <param name="row">From the top.</param>
    /// <param name="unicode">Whether the terminal shows more than ASCII.</param>
    public char[] Row(int row, bool unicode) =>
        [.. _cells.Skip(row * columns).Take(columns).Select(cell => cell == 0 ? ' ' : unicode ? (char)(Empty + cell) : '*')];

    private void Dot(int x, int y) => _cells[y / DotRows * columns + x / DotColumns] |= Bits[y % DotRows * DotColumns + x % DotColumns];
}
