using CoLA.Core.Data.Examples;

namespace CoLA.Core.Data;

/// <summary>
/// How the answers of a file of free targets are judged, one way for the whole file: the most probable of its distinct targets
/// where there are 2 to 20; otherwise greedy exact match; only the loss where a record has no single target (conversations,
/// token ids) or where targets are too long for anyone to expect them letter by letter.
/// </summary>
internal static class Judging
{
    private const int MostChoices = 20;
    private const int LongestExactMatch = 500;

    public static IReadOnlyList<DataItem> Items(IReadOnlyList<DataRecord> records, string subject)
    {
        var targets = records.Select(record => record.Target).Distinct(StringComparer.Ordinal).OfType<string>().ToList();
        var choices = targets.Count is >= 2 and <= MostChoices;
        var exact = targets.All(target => target.Length <= LongestExactMatch);
        // Sorted, so that ties between equally probable choices do not depend on the file's order.
        targets.Sort(StringComparer.Ordinal);
        return
        [
            .. records.Select(record => new DataItem(
                record.Example,
                record.Target is null ? null
                    : choices ? new Choice(targets, targets.BinarySearch(record.Target, StringComparer.Ordinal))
                    : exact ? new ExactMatch(record.Target)
                    : null,
                subject)),
        ];
    }
}
