using CoLA.Core.Rejections;

namespace CoLA.Core.Data;

/// <summary>
/// Where a table of choice questions has what: by a header with <c>question</c>, <c>A</c>, <c>B</c>, ..., <c>answer</c> and
/// perhaps <c>subject</c> (other columns are left alone), or, without one, question, options, answer's letter in that order.
/// </summary>
internal sealed record ChoiceColumns(int Count, int Question, int FirstOption, int Options, int Answer, int? Subject, bool AreNamed)
{
    private const int MostOptions = 26;

    /// <param name="path">For messages.</param>
    /// <param name="first">The file's first row.</param>
    public static ChoiceColumns Of(string path, string[] first) =>
        ByHeader(first) ?? ByPlace(first) ?? throw new InvalidArgumentRejection(
            $"{path}, line 1",
            $"holds the cells {string.Join(", ", first.Select(Quoted))}; supported: a header with question, A, B, ... (one after the other) and answer, "
                + "or rows of question, options and the answer's letter");

    private static ChoiceColumns? ByHeader(string[] cells)
    {
        var names = cells.Select(cell => cell.Trim().ToLowerInvariant()).ToArray();
        var (question, answer, first) = (Array.IndexOf(names, "question"), Array.IndexOf(names, "answer"), Array.IndexOf(names, "a"));
        if (question < 0 || answer < 0 || first < 0)
        {
            return null;
        }

        var options = 0;
        while (first + options < names.Length && options < MostOptions && names[first + options] == ((char)('a' + options)).ToString())
        {
            options++;
        }

        var others = names.Where((name, index) => name is [>= 'a' and <= 'z'] && (index < first || index >= first + options));
        var subject = Array.IndexOf(names, "subject");
        return options >= 2 && !others.Any()
            ? new ChoiceColumns(cells.Length, question, first, options, answer, subject < 0 ? null : subject, true)
            : null;
    }

    private static ChoiceColumns? ByPlace(string[] cells)
    {
        var options = cells.Length - 2;
        return options is >= 2 and <= MostOptions && cells[^1].Trim() is [>= 'A' and <= 'Z' and var letter] && letter - 'A' < options
            ? new ChoiceColumns(cells.Length, 0, 1, options, cells.Length - 1, null, false)
            : null;
    }

    private static string Quoted(string cell) => cell.Length <= 40 ? $"'{cell}'" : $"'{cell[..40]}...'";
}
