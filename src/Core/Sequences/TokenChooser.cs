using System.Buffers;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace CoLA.Core.Sequences;

/// <summary>Chooses one token per row from a batch of logits.</summary>
internal static class TokenChooser
{
    /// <summary>
    /// The next token of each row, (rows); null for a row whose logits are not finite. Greedy rows use the maximum that comes
    /// with the logits and cost nothing else.
    /// </summary>
    public static GeneratedToken?[] Choose(IReadOnlyList<Sequence> rows, StepLogits logits)
    {
        var tokens = new GeneratedToken?[rows.Count];
        for (var at = 0; at < tokens.Length; at++)
        {
            if (float.IsFinite(logits.Largest[at]))
            {
                tokens[at] = rows[at].NeedsLogits || rows[at].Spec.TopLogProbabilities is not null
                    ? Choose(rows[at], logits, at)
                    : new GeneratedToken(logits.Best[at], null, []);
            }
        }

        return tokens;
    }

    private static GeneratedToken Choose(Sequence row, StepLogits logits, int at)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var own = logits.Values[at];
        var id = row.NeedsLogits ? Draw(row, own.cpu()) : logits.Best[at];
        return row.Spec.TopLogProbabilities is { } top ? WithLogProbabilities(id, own, top) : new GeneratedToken(id, null, []);
    }

    /// <summary>Samples from a copy of the logits in pooled memory, because the sampler overwrites its input.</summary>
    private static int Draw(Sequence row, Tensor logits)
    {
        var raw = MemoryMarshal.Cast<byte, float>(logits.bytes);
        var copy = ArrayPool<float>.Shared.Rent(raw.Length);
        try
        {
            raw.CopyTo(copy);
            return row.Choose(copy.AsSpan(0, raw.Length));
        }
        finally
        {
            ArrayPool<float>.Shared.Return(copy);
        }
    }

    private static GeneratedToken WithLogProbabilities(int id, Tensor logits, int top)
    {
        var logProbabilities = nn.functional.log_softmax(logits, 0);
        var own = logProbabilities[id].item<float>();
        if (top == 0)
        {
            return new GeneratedToken(id, own, []);
        }

        var (values, ids) = logProbabilities.topk(top, 0);
        return new GeneratedToken(
            id,
            own,
            [.. ids.cpu().data<long>().ToArray().Zip(values.cpu().data<float>().ToArray(), (other, value) => new TokenLogProbability((int)other, value))]);
    }
}
