using Google.Protobuf.WellKnownTypes;
using Spectre.Console;

namespace CoLA.Cli.Rendering;

/// <summary>How tables look. Cells are texts, never markup: names come from other people.</summary>
internal static class Tables
{
    public static Table New(params string[] columns)
    {
        var table = new Table().RoundedBorder();
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(Markup.Escape(column)));
        }

        return table;
    }

    /// <summary>Two columns without a head: what, and how it is.</summary>
    public static Table Facts(params (string Name, string Value)[] facts)
    {
        var table = New("", "").HideHeaders();
        foreach (var (name, value) in facts)
        {
            table.AddRow(new Text(name, new Style(decoration: Decoration.Dim)), new Text(value));
        }

        return table;
    }

    public static void AddTextRow(this Table table, params string[] cells) => table.AddRow(cells.Select(cell => new Text(cell)));

    public static Table RightAligned(this Table table, params int[] columns)
    {
        foreach (var column in columns)
        {
            table.Columns[column].RightAligned();
        }

        return table;
    }

    /// <summary>A moment of the contract, in UTC.</summary>
    public static string When(Timestamp? moment) => moment is null ? "" : $"{moment.ToDateTimeOffset():yyyy-MM-dd HH:mm:ss}Z";
}
