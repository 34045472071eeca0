namespace CoLA.Core.Sequences;

/// <summary>
/// Watches a growing text for stop strings. What could be the beginning of one is held back until it is decided.
/// </summary>
internal sealed class StopStrings(IReadOnlyList<string> stops)
{
    private string _held = "";

    /// <summary>Adds text; returns what is certain, and whether a stop string was met (it and what follows are dropped).</summary>
    public (string Text, bool Stopped) Push(string text)
    {
        if (stops.Count == 0)
        {
            return (text, false);
        }

        _held += text;
        var first = stops.Select(stop => _held.IndexOf(stop, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(-1).Min();
        if (first >= 0)
        {
            var before = _held[..first];
            _held = "";
            return (before, true);
        }

        var certain = _held[..^stops.Max(LongestBeginningAtTheEnd)];
        _held = _held[certain.Length..];
        return (certain, false);
    }

    /// <summary>What was held back, once nothing follows.</summary>
    public string Flush()
    {
        var rest = _held;
        _held = "";
        return rest;
    }

    private int LongestBeginningAtTheEnd(string stop)
    {
        for (var length = Math.Min(stop.Length - 1, _held.Length); length > 0; length--)
        {
            if (_held.EndsWith(stop[..length], StringComparison.Ordinal))
            {
                return length;
            }
        }

        return 0;
    }
}
