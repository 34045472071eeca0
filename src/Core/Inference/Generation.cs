using System.Collections.Frozen;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CoLA.Core.Cache;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Sequences;
using CoLA.Core.Telemetry;

namespace CoLA.Core.Inference;

/// <summary>Generates answers for rows that run on any mix of tasks and the base model. All rows decode in one batch.</summary>
public sealed class Generation
{
    private readonly BaseModel _model;
    private readonly RowSources _sources;
    private readonly Engine.Engine _engine;
    private readonly ColaTelemetry _telemetry;
    private readonly PromptEncoder _encoder;

    internal Generation(BaseModel model, RowSources sources, Engine.Engine engine, ColaTelemetry telemetry)
    {
        _model = model;
        _sources = sources;
        _engine = engine;
        _telemetry = telemetry;
        _encoder = new PromptEncoder(model);
    }

    /// <summary>
    /// Runs the rows and streams their output as it is generated. A row that fails does not affect the others. Cancellation
    /// ends every row at its next token.
    /// </summary>
    /// <param name="caller">The tenant. It owns each named task or has the GENERATE grant on it.</param>
    /// <param name="rows">At least one.</param>
    /// <param name="cancellation">Signals that the caller left or that its deadline passed.</param>
    /// <exception cref="InvalidArgumentRejection">There are no rows, or more than the waiting queue can ever hold.</exception>
    /// <exception cref="ExhaustedRejection">The waiting queue has no room for all rows now.</exception>
    /// <exception cref="PreconditionRejection">The server is stopping.</exception>
    public async IAsyncEnumerable<GenerationEvent> RunAsync(
        TenantId caller,
        IReadOnlyList<GenerationRow> rows,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (rows.Count == 0)
        {
            throw new InvalidArgumentRejection("rows", "is empty; ask for at least one row");
        }

        // Rows also end when the caller stops reading the stream.
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var merged = Channel.CreateUnbounded<GenerationEvent>(new UnboundedChannelOptions { SingleReader = true });
        var span = Activity.Current?.Context ?? default;
        var timings = rows.Select(_ => new RowTiming()).ToArray();
        var running = rows.Index().ToDictionary(row => row.Index, row => row.Item.Source.Task?.ToString());
        void Ended(int row, int promptTokens, int completionTokens, string? reason, string? error)
        {
            running.Remove(row, out var task);
            _telemetry.Rows.Ended(new RowOutcome(caller.Value, task, timings[row], promptTokens, completionTokens, reason, error), span);
        }

        try
        {
            var sequences = new List<Sequence>();
            foreach (var (index, row) in rows.Index())
            {
                if (await PrepareAsync(caller, row, index, timings[index], merged.Writer, left.Token).ConfigureAwait(false) is { } sequence)
                {
                    sequences.Add(sequence);
                }
            }

            try
            {
                _engine.Submit(sequences);
            }
            catch (Rejection refused)
            {
                running.Keys.ToList().ForEach(row => Ended(row, 0, 0, null, refused.GetType().Name));
                throw;
            }

            while (running.Count > 0)
            {
                // Throws if a row ended with an internal error.
                await merged.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false);
                while (merged.Reader.TryRead(out var news))
                {
                    if (news.Finish is { } finish)
                    {
                        Ended(
                            news.Row,
                            finish.PromptTokens,
                            finish.CompletionTokens,
                            finish.Failure is null ? finish.Reason.ToString() : null,
                            finish.Failure?.GetType().Name);
                    }

                    yield return news;
                }
            }
        }
        finally
        {
            await left.CancelAsync().ConfigureAwait(false);
            var why = merged.Reader.Completion.IsFaulted ? "fault" : "abandoned";
            running.Keys.ToList().ForEach(row => Ended(row, 0, 0, null, why));
        }
    }

    /// <summary>Validates a row and finds its adapter. If the row is rejected, sends the rejection to the caller and returns null.</summary>
    private async ValueTask<Sequence?> PrepareAsync(
        TenantId caller, GenerationRow row, int index, RowTiming timing, ChannelWriter<GenerationEvent> events, CancellationToken cancellation)
    {
        try
        {
            var spec = SpecOf(row);
            var (key, source) = await _sources.OfAsync(caller, row.Source, cancellation).ConfigureAwait(false);
            var sequence = new Sequence(spec, index, _model.Tokenizer?.CreateDecoder(skipSpecialTokens: true, continuesText: true), events, cancellation)
            {
                Owner = new PrefixOwner(caller, key),
                Source = source,
                Account = _telemetry.Tokens.Of(caller, row.Source.Task),
                Timing = timing,
            };
            _engine.RequireRoomFor(sequence);
            return sequence;
        }
        catch (Rejection rejection)
        {
            events.TryWrite(new GenerationEvent(index, "", [], new Finish(FinishReason.Failed, rejection, 0, 0)));
            return null;
        }
    }

    private SequenceSpec SpecOf(GenerationRow row)
    {
        var violations = new List<FieldViolation>();
        var context = _model.Config.ContextLength;
        row.Sampling.Validate("sampling", violations);
        if (row.MaximumTokens is { } asked && (asked < 1 || asked > context))
        {
            violations.Add(new FieldViolation("max_tokens", $"{asked} is not in 1..{context}, the model's context"));
        }

        if (row.Stops.Count > GenerationRow.MaximumStops || row.Stops.Any(stop => stop.Length == 0))
        {
            violations.Add(new FieldViolation("stop", $"must be at most {GenerationRow.MaximumStops} strings, none of them empty"));
        }

        if (row.Stops.Count > 0 && _model.Tokenizer is null)
        {
            violations.Add(new FieldViolation("stop", "needs a tokenizer, and the base model has none; leave it out"));
        }

        if (row.TopLogProbabilities is < 0 or > GenerationRow.MaximumTopLogProbabilities)
        {
            violations.Add(new FieldViolation("logprobs", $"{row.TopLogProbabilities} is not in 0..{GenerationRow.MaximumTopLogProbabilities}"));
        }

        InvalidArgumentRejection.ThrowIfAny(violations);
        var prompt = _encoder.Encode(row.Prompt, "prompt");
        return new SequenceSpec(
            prompt,
            (int)Math.Min(row.MaximumTokens ?? context, context - prompt.Count),
            row.Sampling,
            row.Stops,
            row.IgnoresEnds ? FrozenSet<int>.Empty : _model.EndIds,
            row.TopLogProbabilities is { } top ? Math.Min(top, _model.Config.VocabularySize) : null,
            row.Deterministic);
    }
}
