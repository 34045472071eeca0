using CoLA.Core.Rejections;

namespace CoLA.Core.Sequences;

/// <summary>How the next token is chosen; applied in the order of the members, as HuggingFace's logits processors are.</summary>
/// <param name="RepetitionPenalty">Divides positive and multiplies negative logits of tokens seen in prompt or answer; in (0, 100], 1 for none.</param>
/// <param name="Temperature">Divides the logits; in [0, 100], 0 for greedy.</param>
/// <param name="TopK">Keeps the k largest; 0 for all.</param>
/// <param name="TopP">Keeps the smallest set whose probability reaches p; in (0, 1], 1 for all.</param>
/// <param name="MinP">Keeps what has at least this share of the largest probability; in [0, 1], 0 for all.</param>
/// <param name="Seed">Seed of the row's own draws; null for a seed chosen by the server.</param>
public sealed record SamplingOptions(
    double RepetitionPenalty = 1,
    double Temperature = 0,
    int TopK = 0,
    double TopP = 1,
    double MinP = 0,
    long? Seed = null)
{
    public static SamplingOptions Greedy { get; } = new();

    /// <summary>The most probable token wins and its logits are not changed first.</summary>
    public bool IsPlainGreedy => Temperature == 0 && RepetitionPenalty == 1;

    /// <summary>Adds what is out of range to <paramref name="violations"/>.</summary>
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
