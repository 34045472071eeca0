using CoLA.Core.Data.Examples;
using CsvHelper;

namespace CoLA.Core.Data;

/// <summary>
/// Choice questions as CSV: <c>{question}\nA. ...\nB. ...\nAnswer:</c> and <c> A</c>. A row has the options whose cells are
/// neither empty nor <c>nan</c>; they keep the letters of their columns. Options that repeat each other stay, and the file's
/// letter alone is right, as in the protocol of CoLA's paper.
/// </summary>
internal static class ChoiceTable
{
    public static IReadOnlyList<DataItem> Read(string path, string text, LineFaults faults)
    {
        var items = new List<DataItem>();
        ChoiceColumns? columns = null;
        foreach (var (line, cells) in Rows(text, faults))
        {
            if (columns is null)
            {
                columns = ChoiceColumns.Of(path, cells);
                if (columns.AreNamed)
                {
                    continue;
                }
            }

            try
            {
                items.Add(Item(columns, cells, DataSetReader.SubjectOf(path)));
            }
            catch (LineFault fault)
            {
                faults.Add(line, fault.Message);
            }
        }

        return items;
    }

    private static IEnumerable<(int Line, string[] Cells)> Rows(string text, LineFaults faults)
    {
        var malformed = false;
        using var reader = CsvReader.FromText(text, new CsvReaderOptions
        {
            Separator = ',',
            HasHeader = false,
            TrackLineNumbers = true,
            OnMalformedRecord = record =>
            {
                // A quote inside an unquoted cell is text.
                if (record.Reason != CsvMalformedReason.StrayQuote)
                {
                    malformed = true;
                    faults.Add((int)record.LineNumber, record.Reason == CsvMalformedReason.UnterminatedQuote
                        ? "opens a quote that nothing closes"
                        : "has text between a closing quote and the next comma; a quote inside a quoted cell is written twice");
                }
            },
        });
        while (reader.Read())
        {
            if (!malformed)
            {
                yield return ((int)reader.LineNumber, reader.Current.ToArray());
            }

            malformed = false;
        }
    }

    private static DataItem Item(ChoiceColumns columns, string[] cells, string subject)
    {
        if (cells.Length != columns.Count)
        {
            throw new LineFault($"has {cells.Length} cells, expected {columns.Count}");
        }

        var question = cells[columns.Question];
        if (IsAbsent(question))
        {
            throw new LineFault("has no question");
        }

        var options = Enumerable.Range(0, columns.Options).Where(option => !IsAbsent(cells[columns.FirstOption + option])).ToArray();
        var letters = options.Select(option => ((char)('A' + option)).ToString()).ToArray();
        var answer = Array.IndexOf(letters, cells[columns.Answer].Trim());
        if (answer < 0)
        {
            throw new LineFault($"answers '{cells[columns.Answer]}', which is not one of its options ({string.Join(", ", letters)})");
        }

        var listed = options.Select((option, index) => $"{letters[index]}. {cells[columns.FirstOption + option]}\n");
        var example = new CompletionExample($"{question}\n{string.Concat(listed)}Answer:", $" {letters[answer]}");
        var choice = new Choice([.. letters.Select(letter => $" {letter}")], answer);
        return new DataItem(example, choice, columns.Subject is { } column && !IsAbsent(cells[column]) ? cells[column].Trim() : subject);
    }

    private static bool IsAbsent(string cell) =>
        cell.AsSpan().Trim() is var trimmed && (trimmed.IsEmpty || trimmed.Equals("nan", StringComparison.OrdinalIgnoreCase));
}
