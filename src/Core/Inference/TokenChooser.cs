using static TorchSharp.torch;

namespace CoLA.Core.Inference;

/// <summary>Turns a batch of logits into one token per row.</summary>
internal static class TokenChooser
{
    /// <summary>
    /// The next token of each row from its logits (rows, vocabulary), float32; null for a row whose logits are not finite.
    /// Plain greedy rows cost one maximum for all of them together.
    /// </summary>
    public static GeneratedToken?[] Choose(IReadOnlyList<Sequence> rows, Tensor logits)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (maxima, best) = logits.max(1);
        var largest = maxima.cpu().data<float>().ToArray();
        var ids = best.cpu().data<long>().ToArray();
        var tokens = new GeneratedToken?[rows.Count];
        for (var at = 0; at < tokens.Length; at++)
        {
            if (float.IsFinite(largest[at]))
            {
                var id = rows[at].NeedsLogits ? rows[at].Choose(logits[at].cpu().data<float>().ToArray()) : (int)ids[at];
                tokens[at] = rows[at].Spec.TopLogProbabilities is { } top
                    ? WithLogProbabilities(id, logits[at], top)
                    : new GeneratedToken(id, null, []);
            }
        }

        return tokens;
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
