using CoLA.Core.Model;
using CoLA.Core.Rejections;
using static TorchSharp.torch;

namespace CoLA.Models.Likelihood;

/// <summary>How well a base model predicts a text.</summary>
/// <param name="Tokens">Tokens that were predicted: all of the text but the first.</param>
/// <param name="MeanNll">Mean negative log-likelihood of a token, in nats.</param>
public sealed record Perplexity(int Tokens, double MeanNll)
{
    private const int Window = 512;

    /// <summary>exp of <see cref="MeanNll"/>.</summary>
    public double Value => Math.Exp(MeanNll);

    /// <summary>
    /// Reads the text in windows of 512 tokens; each begins with the last token of the one before, so that every token but
    /// the first is predicted once.
    /// </summary>
    /// <param name="model">The base model, alone.</param>
    /// <param name="text">At least two tokens.</param>
    /// <param name="progress">Told the fraction that is done, after each window; null for nobody.</param>
    /// <param name="cancellation">Ends it between windows.</param>
    /// <exception cref="InvalidArgumentRejection">The text is too short, or the model has no tokenizer.</exception>
    public static Perplexity Of(BaseModel model, string text, Action<double>? progress = null, CancellationToken cancellation = default)
    {
        var tokenizer = model.Tokenizer ?? throw new InvalidArgumentRejection("text", $"{model.Identity.Name} has no tokenizer, it takes token ids only");
        long[] ids = [.. tokenizer.Encode(text, addSpecialTokens: false).Select(id => (long)id)];
        if (ids.Length < 2)
        {
            throw new InvalidArgumentRejection("text", $"has {ids.Length} token(s); 2 are needed to predict one from the other");
        }

        using var noGrad = no_grad();
        var sum = 0d;
        var window = Math.Min(Window, model.Config.ContextLength);
        for (var first = 0; first + 1 < ids.Length; first += window - 1)
        {
            cancellation.ThrowIfCancellationRequested();
            var length = Math.Min(window, ids.Length - first);
            sum += Nll(model.Language, ids.AsSpan(first, length).ToArray());
            progress?.Invoke((first + length - 1) / (ids.Length - 1d));
        }

        return new Perplexity(ids.Length - 1, sum / (ids.Length - 1));
    }

    private static double Nll(CausalLanguageModel language, long[] ids)
    {
        using var scope = NewDisposeScope();
        using var attention = new PackedAttention([ids.Length], language.Config, language.Device);
        var logits = language.Logits(language.Hidden(tensor(ids, device: language.Device), attention, NoAdapters.Instance));
        var targets = tensor(ids[1..], device: language.Device);
        return nn.functional.cross_entropy(logits.slice(0, 0, ids.Length - 1, 1), targets, reduction: nn.Reduction.Sum).item<float>();
    }
}
