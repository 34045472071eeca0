namespace CoLA.Cli.Naming;

/// <summary>What was probably meant by a word that is not known.</summary>
internal static class Spelling
{
    /// <summary>The known word that takes the fewest letters added, dropped or changed; null where that is more than three, or than half of them.</summary>
    public static string? Nearest(string word, IEnumerable<string> known) => known
        .Select(candidate => (Word: candidate, Distance: Distance(word, candidate)))
        .Where(candidate => candidate.Distance <= Math.Clamp(candidate.Word.TrimStart('-').Length / 2, 1, 3))
        .OrderBy(candidate => candidate.Distance)
        .Select(candidate => candidate.Word)
        .FirstOrDefault();

    /// <summary>Levenshtein's.</summary>
    private static int Distance(string from, string to)
    {
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (var at = 0; at < from.Length; at++)
        {
            var diagonal = row[0]++;
            for (var next = 0; next < to.Length; next++)
            {
                var changed = diagonal + (from[at] == to[next] ? 0 : 1);
                diagonal = row[next + 1];
                row[next + 1] = Math.Min(changed, 1 + Math.Min(diagonal, row[next]));
            }
        }

        return row[^1];
    }
}
