using CoLA.Core.Training.Examples;

namespace CoLA.Core.Training.Losses;

/// <summary>-sum weight lp. A task's weight is the sum of its token weights.</summary>
public sealed record CrossEntropyLoss : TokenLoss
{
    public static CrossEntropyLoss Instance { get; } = new();

    internal override double WeightOf(EncodedExample row) => row.Weight;

    internal override string? ProblemOf(EncodedExample row) => row switch
    {
        { IsOfPair: true } => "is a pair of answers, which DPO compares; send completion, chat, instruction or tokens",
        { OldLogProbabilities: not null } or { Advantages: not null } =>
            "has old_logprobs or advantages, which cross-entropy does not use; name the loss that does",
        _ => null,
    };

    internal override (double Value, double Slope) Of(EncodedExample row, int token, double logProbability) =>
        (-row.Weights[token] * logProbability, -row.Weights[token]);
}
