using CoLA.Core.Model;
using CoLA.Core.Rejections;
using CoLA.Core.Weights;
using static TorchSharp.torch;

namespace CoLA.Models.Goldens;

/// <summary>Compares what a model computes here, in float32 on the CPU, with a golden file.</summary>
public static class GoldenCheck
{
    /// <summary>Largest allowed absolute difference of a logit.</summary>
    public const double LogitsTolerance = 2e-4;

    /// <summary>Largest allowed absolute difference of a log-probability, in nats.</summary>
    public const double LogProbabilitiesTolerance = 1e-4;

    /// <summary>A greedy continuation in which first and second were closer than this says nothing about the model.</summary>
    public const double SmallestGreedyMargin = 1e-3;

    /// <summary>One finding per prompt, in the file's order, each computed when it is asked for.</summary>
    /// <param name="model">A model directory or a GGUF file.</param>
    /// <param name="golden">What to compare with.</param>
    /// <exception cref="ModelFileRejection">The model cannot be loaded.</exception>
    /// <exception cref="InvalidArgumentRejection">The golden file is of a model with another vocabulary.</exception>
    public static IEnumerable<GoldenFindings> Run(string model, GoldenFile golden)
    {
        using var checkpoint = Checkpoint.Open(model);
        CheckVocabulary(checkpoint.Config.VocabularySize, golden);
        using var language = CausalLanguageModel.Load(checkpoint, CPU, float32);
        foreach (var prompt in golden.Prompts)
        {
            yield return Compare(language, prompt);
        }
    }

    private static void CheckVocabulary(int vocabulary, GoldenFile golden)
    {
        foreach (var prompt in golden.Prompts)
        {
            if (prompt.Ids.Count == 0)
            {
                throw new InvalidArgumentRejection(prompt.Name, "has no ids");
            }

            var ids = prompt.Ids.Concat(prompt.Greedy ?? []).Concat(prompt.LogitIds ?? []);
            if (ids.Cast<int?>().FirstOrDefault(id => id < 0 || id >= vocabulary) is { } outside)
            {
                throw new InvalidArgumentRejection(prompt.Name, $"token id {outside} is not in 0..{vocabulary - 1}, the model's vocabulary");
            }

            if (prompt.LastLogits is { } logits && logits.Count != (prompt.LogitIds?.Count ?? vocabulary))
            {
                throw new InvalidArgumentRejection(prompt.Name, $"has {logits.Count} logits; the model has {prompt.LogitIds?.Count ?? vocabulary} to compare");
            }

            if (prompt.NextLogProbabilities is { } next && next.Count >= prompt.Ids.Count)
            {
                throw new InvalidArgumentRejection(prompt.Name, $"has {next.Count} log-probabilities for {prompt.Ids.Count} ids; the first id has none");
            }
        }
    }

    private static GoldenFindings Compare(CausalLanguageModel model, GoldenPrompt prompt)
    {
        var skipped = new List<string>();
        var greedy = prompt.Greedy;
        if (greedy is not null && prompt.GreedyMargin < SmallestGreedyMargin)
        {
            skipped.Add(
                FormattableString.Invariant($"greedy continuation: its smallest margin {prompt.GreedyMargin:0.0e+0} is under {SmallestGreedyMargin:0.0e+0}"));
            greedy = null;
        }

        // One forward over prompt and continuation: the greedy choice is the continuation exactly where every place's is.
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        long[] ids = [.. prompt.Ids.Concat(greedy ?? []).Select(id => (long)id)];
        using var attention = new PackedAttention([ids.Length], model.Config, CPU);
        var logits = model.Logits(model.Hidden(tensor(ids), attention, NoAdapters.Instance));
        var last = prompt.Ids.Count - 1;
        return new GoldenFindings(
            prompt.Name,
            prompt.Ids.Count,
            prompt.LastLogits is null ? null : Logits(logits[last], prompt.LastLogits, prompt.LogitIds),
            prompt.NextLogProbabilities is null ? null : LogProbabilities(logits, prompt.Ids, prompt.NextLogProbabilities),
            greedy?.Count,
            greedy is null ? null : FirstDifference(logits.slice(0, last, last + greedy.Count, 1), greedy),
            skipped);
    }

    private static double Logits(Tensor computed, IReadOnlyList<float> expected, IReadOnlyList<int>? ids)
    {
        var compared = ids is null ? computed : computed[tensor(ids.Select(id => (long)id).ToArray())];
        return Largest(compared, expected);
    }

    private static double LogProbabilities(Tensor logits, IReadOnlyList<int> ids, IReadOnlyList<float> expected)
    {
        var first = ids.Count - expected.Count;
        var targets = tensor(ids.Skip(first).Select(id => (long)id).ToArray()).unsqueeze(1);
        var logProbabilities = nn.functional.log_softmax(logits.slice(0, first - 1, ids.Count - 1, 1), -1);
        return Largest(logProbabilities.gather(1, targets).squeeze(1), expected);
    }

    private static double Largest(Tensor computed, IReadOnlyList<float> expected) =>
        (computed - tensor(expected.ToArray())).abs().max().item<float>();

    private static int? FirstDifference(Tensor logits, IReadOnlyList<int> expected)
    {
        var chosen = logits.argmax(-1).data<long>().ToArray();
        return Enumerable.Range(0, expected.Count).Where(place => chosen[place] != expected[place]).Cast<int?>().FirstOrDefault();
    }
}
