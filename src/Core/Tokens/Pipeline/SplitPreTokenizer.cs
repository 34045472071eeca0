namespace CoLA.Core.Tokens.Pipeline;

/// <summary>Splits text at the matches of a pattern.</summary>
/// <param name="pattern">The pattern.</param>
/// <param name="behavior">How the matches are treated.</param>
/// <param name="invert">Whether the text between the matches is treated as the matches.</param>
internal sealed class SplitPreTokenizer(RuneRegex pattern, SplitBehavior behavior, bool invert) : IPreTokenizer
{
    public void Split(string text, TextPosition position, List<string> words)
    {
        var start = 0;
        var afterMatch = false;
        foreach (var (pieceStart, pieceEnd, isMatch) in Pieces(text))
        {
            var begins = behavior switch
            {
                SplitBehavior.MergedWithPrevious => afterMatch || !isMatch,
                SplitBehavior.MergedWithNext => isMatch || !afterMatch,
                SplitBehavior.Contiguous => isMatch != afterMatch,
                _ => true,
            };

            if (begins && start < pieceStart)
            {
                words.Add(text[start..pieceStart]);
                start = pieceStart;
            }

            if (behavior == SplitBehavior.Removed && isMatch)
            {
                start = pieceEnd;
            }

            afterMatch = isMatch;
        }

        if (start < text.Length)
        {
            words.Add(text[start..]);
        }
    }

    /// <summary>The matches and the text between them, in order, without empty pieces.</summary>
    private IEnumerable<(int Start, int End, bool IsMatch)> Pieces(string text)
    {
        var end = 0;
        foreach (var match in pattern.Matches(text))
        {
            if (match.Start > end)
            {
                yield return (end, match.Start, invert);
            }

            if (match.End > match.Start)
            {
                yield return (match.Start, match.End, !invert);
            }

            end = match.End;
        }

        if (end < text.Length)
        {
            yield return (end, text.Length, invert);
        }
    }
}
