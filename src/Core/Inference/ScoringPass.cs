using CoLA.Core.Adapters.Forward;
using CoLA.Core.Adapters.Resident;
using CoLA.Core.Model;
using CoLA.Core.Rejections;
using CoLA.Core.Work;
using static TorchSharp.torch;

namespace CoLA.Core.Inference;

/// <summary>
/// The forward pass of scoring: batches of packed texts under a token budget, one layer per unit of work. Runs on the
/// engine's thread.
/// </summary>
/// <param name="model">The base model.</param>
/// <param name="bank">Loads the adapters.</param>
/// <param name="texts">What to score; the results are written into it.</param>
/// <param name="tokenBudget">Tokens per batch. A longer text forms a batch of its own.</param>
internal sealed class ScoringPass(CausalLanguageModel model, AdapterBank bank, IReadOnlyList<ScoredText> texts, int tokenBudget)
{
    /// <summary>Positions whose logits are in memory at the same time.</summary>
    private const int LogitsChunk = 256;

    /// <summary>The work, unit by unit. A text that fails gets its <see cref="ScoredText.Failure"/>; the others continue.</summary>
    public IEnumerable<Unit> Run()
    {
        // Texts of one adapter are adjacent, so that one product serves them all.
        var ordered = texts.OrderBy(text => text.Adapter?.Version.Key ?? 0).ToArray();
        for (var start = 0; start < ordered.Length;)
        {
            var batch = ordered.Skip(start).TakeWhile(Fits()).ToArray();
            foreach (var unit in Run(batch))
            {
                yield return unit;
            }

            start += batch.Length;
        }
    }

    private Func<ScoredText, bool> Fits()
    {
        var tokens = 0;
        return text =>
        {
            tokens += text.Ids.Count;
            return tokens == text.Ids.Count || tokens <= tokenBudget;
        };
    }

    private IEnumerable<Unit> Run(IReadOnlyList<ScoredText> asked)
    {
        var batch = new List<ScoredText>();
        var adapters = new List<FoldedAdapter?>();
        Tensor? hidden = null;
        try
        {
            foreach (var text in asked)
            {
                FoldedAdapter? adapter = null;
                while (text.Failure is null && text.Adapter is { } source && !TryAcquire(text, source, out adapter))
                {
                    yield return Unit.File; // still loading from disk; other work runs meanwhile
                }

                if (text.Failure is null)
                {
                    adapters.Add(adapter);
                    batch.Add(text);
                }
            }

            if (batch.Count == 0)
            {
                yield break;
            }

            using var attention = new PackedAttention([.. batch.Select(text => text.Ids.Count)], model.Config, model.Device);
            var segments = new SegmentAdapters(batch.Zip(adapters, (text, adapter) => (text.Ids.Count, adapter)));
            hidden = Embed(batch);
            for (var layer = 0; layer < model.Config.Layers; layer++)
            {
                hidden = Layer(layer, hidden, attention, segments);
                yield return Unit.LayerForward;
            }

            foreach (var chunk in Places(batch).Chunk(LogitsChunk))
            {
                Read(hidden, chunk);
                yield return Unit.LossChunk;
            }
        }
        finally
        {
            hidden?.Dispose();
            adapters.ForEach(adapter =>
            {
                if (adapter is not null)
                {
                    bank.Release(adapter);
                }
            });
        }
    }

    /// <summary>Returns whether the text's adapter is loaded now. A rejection becomes the text's failure.</summary>
    private bool TryAcquire(ScoredText text, AdapterSource source, out FoldedAdapter? adapter)
    {
        try
        {
            return bank.TryAcquire(source, out adapter);
        }
        catch (Rejection rejection)
        {
            text.Failure = rejection;
            adapter = null;
            return false;
        }
    }

    private Tensor Embed(IReadOnlyList<ScoredText> batch)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var ids = batch.SelectMany(text => text.Ids, (_, id) => (long)id).ToArray();
        return model.Embed(tensor(ids, int64, model.Device)).DetachFromDisposeScope();
    }

    private Tensor Layer(int layer, Tensor hidden, PackedAttention attention, SegmentAdapters adapters)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var next = model.Layer(layer, hidden, attention, model.Angles(attention), adapters).DetachFromDisposeScope();
        hidden.Dispose();
        return next;
    }

    /// <summary>Each position of the packed batch that predicts tokens of continuations, with those tokens.</summary>
    private static IEnumerable<(long Position, IReadOnlyList<(ScoredContinuation Continuation, int Token)> Tokens)> Places(IReadOnlyList<ScoredText> batch)
    {
        long start = 0;
        foreach (var text in batch)
        {
            for (var at = text.PromptTokens - 1; at < text.Ids.Count; at++)
            {
                var token = at - text.PromptTokens + 1;
                yield return (start + at, [.. text.Continuations.Select(continuation => (continuation, token))]);
            }

            start += text.Ids.Count;
        }
    }

    private void Read(Tensor hidden, (long Position, IReadOnlyList<(ScoredContinuation Continuation, int Token)> Tokens)[] places)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var rows = hidden.index_select(0, tensor(places.Select(place => place.Position).ToArray(), int64, model.Device));
        var logProbabilities = nn.functional.log_softmax(model.Logits(rows), 1);
        var wanted = places.SelectMany((place, row) => place.Tokens, (place, wanted) => wanted).ToArray();
        var rowOf = places.SelectMany((place, row) => place.Tokens.Select(_ => (long)row)).ToArray();
        var ids = wanted.Select(place => (long)place.Continuation.Ids[place.Token]).ToArray();
        var values = logProbabilities[tensor(rowOf, int64, model.Device), tensor(ids, int64, model.Device)].cpu().data<float>().ToArray();
        foreach (var ((continuation, token), value) in wanted.Zip(values))
        {
            continuation.LogProbabilities[token] = value;
        }
    }
}
