using CoLA.Core.Rejections;

namespace CoLA.Server.Translation;

/// <summary>The rows of a batch that could be translated, and why the others could not: a row that fails, fails alone.</summary>
internal sealed class TranslatedRows<TRow>
{
    private readonly List<TRow> _rows = [];
    private readonly List<int> _places = [];
    private readonly List<(int Place, Rejection Rejection)> _failures = [];

    /// <summary>The rows that Core gets.</summary>
    public IReadOnlyList<TRow> Rows => _rows;

    /// <summary>Where each of them stands in the request.</summary>
    public IReadOnlyList<int> Places => _places;

    /// <summary>The rest.</summary>
    public IReadOnlyList<(int Place, Rejection Rejection)> Failures => _failures;

    /// <summary>There is nothing for Core to do. An empty request is for Core to refuse.</summary>
    public bool AllFailed => _rows.Count == 0 && _failures.Count > 0;

    public static TranslatedRows<TRow> Of<TRequest>(IReadOnlyList<TRequest> requests, Func<TRequest, TRow> translate)
    {
        var rows = new TranslatedRows<TRow>();
        for (var place = 0; place < requests.Count; place++)
        {
            try
            {
                rows._rows.Add(translate(requests[place]));
                rows._places.Add(place);
            }
            catch (Rejection rejection)
            {
                rows._failures.Add((place, rejection));
            }
        }

        return rows;
    }
}
