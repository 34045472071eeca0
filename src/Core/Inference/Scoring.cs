using CoLA.Core.Adapters.Resident;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Telemetry;
using CoLA.Core.Training.Passes;

namespace CoLA.Core.Inference;

/// <summary>Computes log-probabilities of given continuations, for rows that run on any mix of tasks and the base model.</summary>
public sealed class Scoring
{
    private readonly BaseModel _model;
    private readonly RowSources _sources;
    private readonly Engine.Engine _engine;
    private readonly AdapterBank _bank;
    private readonly PromptEncoder _encoder;
    private readonly int _tokenBudget;
    private readonly TokenMetrics _tokens;

    internal Scoring(BaseModel model, RowSources sources, Engine.Engine engine, AdapterBank bank, PassOptions options, TokenMetrics tokens)
    {
        _model = model;
        _sources = sources;
        _engine = engine;
        _bank = bank;
        _encoder = new PromptEncoder(model);
        _tokenBudget = options.TrainingTokens;
        _tokens = tokens;
    }

    /// <summary>Scores every row. A row that fails does not affect the others.</summary>
    /// <param name="caller">The tenant. It owns each named task or has the GENERATE grant on it.</param>
    /// <param name="rows">At least one.</param>
    /// <param name="cancellation">Checked after every layer.</param>
    /// <returns>One score per row, in the order of the rows.</returns>
    /// <exception cref="InvalidArgumentRejection">There are no rows.</exception>
    /// <exception cref="PreconditionRejection">The server is stopping.</exception>
    public async Task<IReadOnlyList<RowScore>> RunAsync(TenantId caller, IReadOnlyList<ScoreRow> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0)
        {
            throw new InvalidArgumentRejection("rows", "is empty; ask for at least one row");
        }

        var scores = new RowScore?[rows.Count];
        var texts = new List<ScoredText>();
        for (var row = 0; row < rows.Count; row++)
        {
            try
            {
                var (_, adapter) = await _sources.OfAsync(caller, rows[row].Source, cancellation).ConfigureAwait(false);
                texts.AddRange(Texts(rows[row], row, adapter));
            }
            catch (Rejection rejection)
            {
                scores[row] = new RowScore([], 0, rejection);
            }
        }

        await _engine.RunAsync(caller, new ScoringPass(_model.Language, _bank, texts, _tokenBudget).Run(), cancellation).ConfigureAwait(false);
        foreach (var row in texts.GroupBy(text => text.Row))
        {
            var continuations = row.SelectMany(text => text.Continuations).OrderBy(scored => scored.Index).Select(scored => scored.Score()).ToArray();
            _tokens.Of(caller, rows[row.Key].Source.Task).Scored(row.Where(text => text.Failure is null).Sum(text => (long)text.Ids.Count));
            var failure = row.Select(text => text.Failure).FirstOrDefault(failure => failure is not null)
                ?? (continuations.All(continuation => double.IsFinite(continuation.LogProbability))
                    ? null
                    : new PreconditionRejection("the model produced logits that are not finite; the row has no scores"));
            scores[row.Key] = new RowScore(failure is null ? continuations : [], row.First().PromptTokens, failure);
        }

        return scores!;
    }

    /// <summary>
    /// Groups continuations that differ only in their last token into one text. The letters of a choice question therefore
    /// cost one forward pass over the question.
    /// </summary>
    private ScoredText[] Texts(ScoreRow row, int index, AdapterSource? source)
    {
        var prompt = _encoder.Encode(row.Prompt, "prompt");
        if (row.Continuations.Count == 0)
        {
            throw new InvalidArgumentRejection("continuations", "is empty; send at least one");
        }

        var continuations = row.Continuations.Select((continuation, at) =>
        {
            var field = $"continuations[{at}]";
            var ids = continuation switch
            {
                TokenContinuation { Ids.Count: 0 } => throw new InvalidArgumentRejection(field, "has no tokens; send at least one"),
                TokenContinuation tokens => _encoder.Checked(tokens.Ids, field),
                TextContinuation text => _encoder.EncodeContinuation(text.Text, field),
                _ => throw new ArgumentOutOfRangeException(nameof(row)),
            };
            return prompt.Count + ids.Count <= _model.Config.ContextLength
                ? new ScoredContinuation(at, ids)
                : throw new InvalidArgumentRejection(
                    field,
                    $"and its prompt have {prompt.Count + ids.Count} tokens; the model's context is {_model.Config.ContextLength}");
        }).ToArray();
        return continuations
            .GroupBy(continuation => string.Join(',', continuation.Ids.SkipLast(1)), StringComparer.Ordinal)
            .Select(alike => new ScoredText(
                index,
                [.. prompt, .. alike.First().Ids.SkipLast(1)],
                prompt.Count,
                [.. alike],
                source))
            .ToArray();
    }
}
