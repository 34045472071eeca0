using CoLA.Client.Calls;
using CoLA.V1;

namespace CoLA.Client.Inference;

/// <summary>Generates and scores with the base model and with tasks.</summary>
public sealed class InferenceClient
{
    private readonly InferenceService.InferenceServiceClient _service;
    private readonly Caller _caller;

    internal InferenceClient(InferenceService.InferenceServiceClient service, Caller caller)
    {
        _service = service;
        _caller = caller;
    }

    /// <summary>Generates one row. Leaving the enumeration ends it at the next token.</summary>
    /// <exception cref="ColaException">The server refused the row, or it failed.</exception>
    public IAsyncEnumerable<GenerateResponse> GenerateAsync(GenerateRow row, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _caller.StreamAsync(_service.Generate, new GenerateRequest { Row = row }, timeout, cancellationToken);

    /// <summary>Generates rows together; a reply names its row. A row that fails, fails alone.</summary>
    /// <exception cref="ColaException">The server refused the call.</exception>
    public IAsyncEnumerable<GenerateResponse> GenerateBatchAsync(
        IEnumerable<GenerateRow> rows, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _caller.StreamAsync(_service.GenerateBatch, new GenerateBatchRequest { Rows = { rows } }, timeout, cancellationToken);

    /// <summary>Generates rows together and waits for all: one result per row, in the order of the rows.</summary>
    /// <exception cref="ColaException">The server refused the call. A row that failed says so in its result.</exception>
    public async Task<IReadOnlyList<GeneratedRow>> CompleteBatchAsync(
        IEnumerable<GenerateRow> rows, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var builders = rows.Select(row => (Row: row, Result: new GeneratedRowBuilder())).ToList();
        await foreach (var response in GenerateBatchAsync(builders.Select(builder => builder.Row), timeout, cancellationToken).ConfigureAwait(false))
        {
            builders[response.Row].Result.Add(response);
        }

        return [.. builders.Select(builder => builder.Result.Build())];
    }

    /// <summary>The log-probabilities of given continuations. A row that fails, fails alone.</summary>
    /// <exception cref="ColaException">The server refused the call.</exception>
    public Task<ScoreResponse> ScoreAsync(IEnumerable<ScoreRow> rows, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _caller.ComputeAsync(_service.ScoreAsync, new ScoreRequest { Rows = { rows } }, timeout, cancellationToken);
}
