using CoLA.Core.Data;
using CoLA.V1;

namespace CoLA.Cli.Evaluation;

/// <summary>What one task is asked with one number of solved examples.</summary>
internal sealed record QuestionSheet(string Task, Source Source, int Shots, IReadOnlyList<DataItem> Items)
{
    public string Title => Shots == 0 ? Task : $"{Task}, {Shots}-shot";

    /// <summary>A line per subject, and one for all where there are several.</summary>
    /// <param name="marks">Of the task on every item, and then of the base on every item where it was asked; null for what could not be asked.</param>
    public IEnumerable<EvaluationRow> Rows(IReadOnlyList<bool?> marks)
    {
        var subjects = Enumerable.Range(0, Items.Count).GroupBy(place => Items[place].Subject, StringComparer.Ordinal).ToList();
        foreach (var subject in subjects)
        {
            yield return Row(subject.Key, [.. subject], marks);
        }

        if (subjects.Count != 1)
        {
            yield return Row(null, [.. Enumerable.Range(0, Items.Count)], marks);
        }
    }

    private EvaluationRow Row(string? subject, int[] places, IReadOnlyList<bool?> marks) => new(
        Task,
        subject,
        Shots,
        Accuracy.Of([.. places.Select(place => marks[place])]),
        marks.Count > Items.Count ? Accuracy.Of([.. places.Select(place => marks[Items.Count + place])]) : null);
}
