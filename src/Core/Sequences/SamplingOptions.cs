using CoLA.Core.Rejections;

namespace CoLA.Core.Sequences;

/// <summary>How the next token is chosen. The rules apply in the order of the members, as HuggingFace's logits processors do.</summary>
/// <param name="RepetitionPenalty">
/// Divides the positive and multiplies the negative logits of tokens that occur in the prompt or the answer; in (0, 100], 1 for none.
/// </param>
/// <param name="Temperature">Divides the logits; in [0, 100], 0 for greedy decoding.</param>
/// <param name="TopK">Keeps the k most probable tokens and those that tie with the k-th; 0 keeps all.</param>
/// <param name="TopP">Keeps the smallest set of tokens whose probabilities sum to at least p; in (0, 1], 1 keeps all.</param>
/// <param name="MinP">Keeps tokens whose probability is at least this fraction of the largest; in [0, 1], 0 keeps all.</param>
/// <param name="Seed">Seed of the row's random generator; null if the server chooses one.</param>
public sealed record SamplingOptions(
    double RepetitionPenalty = 1,
    double Temperature = 0,
    int TopK = 0,
    double TopP = 1,
    double MinP = 0,
    long? Seed = null)
{
    public static SamplingOptions Greedy { get; } = new();

    /// <summary>Greedy decoding without a repetition penalty: the largest raw logit decides.</summary>
    public bool IsPlainGreedy => Temperature == 0 && RepetitionPenalty == 1;

    /// <summary>Adds a violation for each member that is out of range.</summary>
    /// <param name="field">Path of these options in the request; it precedes the member's name.</param>
    /// <param name="violations">Receives the violations.</param>
    public void Validate(string field, ICollection<FieldViolation> violations)
    {
        void Check(bool holds, string name, string description)
        {
            if (!holds)
            {
                violations.Add(new FieldViolation($"{field}.{name}", description));
            }
        }

        Check(RepetitionPenalty is > 0 and <= 100, "repetition_penalty", $"{RepetitionPenalty} is not in (0, 100]");
        Check(Temperature is >= 0 and <= 100, "temperature", $"{Temperature} is not in [0, 100]");
        Check(TopK >= 0, "top_k", $"{TopK} is below 0; 0 keeps all");
        Check(TopP is > 0 and <= 1, "top_p", $"{TopP} is not in (0, 1]");
        Check(MinP is >= 0 and <= 1, "min_p", $"{MinP} is not in [0, 1]");
    }
}
