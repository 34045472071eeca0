namespace CoLA.Core.Sequences;

/// <summary>
/// Searches a growing text for stop strings. It holds back text that could be the start of a stop string until more text
/// shows whether it is one.
/// </summary>
internal sealed class StopStrings(IReadOnlyList<string> stops)
{
    private string _pending = "";

    /// <summary>
    /// Adds text. Returns the text that cannot belong to a stop string, and whether a stop string was found. The stop string
    /// and everything after it are dropped.
    /// </summary>
    public (string Text, bool Stopped) Push(string text)
    {
        if (stops.Count == 0)
        {
            return (text, false);
        }

        _pending += text;
        var first = stops.Select(stop => _pending.IndexOf(stop, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(-1).Min();
        if (first >= 0)
        {
            var before = _pending[..first];
            _pending = "";
            return (before, true);
        }

        var released = _pending[..^stops.Max(LongestStopPrefixAtEnd)];
        _pending = _pending[released.Length..];
        return (released, false);
    }

    /// <summary>Returns the text that was held back. Call it at the end of the text.</summary>
    public string Flush()
    {
        var rest = _pending;
        _pending = "";
        return rest;
    }

    private int LongestStopPrefixAtEnd(string stop)
    {
        for (var length = Math.Min(stop.Length - 1, _pending.Length); length > 0; length--)
        {
            if (_pending.EndsWith(stop[..length], StringComparison.Ordinal))
            {
                return length;
            }
        }

        return 0;
    }
}
