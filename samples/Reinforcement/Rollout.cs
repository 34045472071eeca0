using CoLA.V1;

namespace CoLA.Samples.Reinforcement;

/// <summary>An answer that the policy drew.</summary>
/// <param name="Prompt">Token ids of the prompt.</param>
/// <param name="Answer">The tokens that were drawn, with their log-probabilities.</param>
/// <param name="Text">The answer as text.</param>
/// <param name="Reward">How good it is.</param>
/// <param name="Advantage">How much better it is than the others that answer the same prompt.</param>
internal sealed record Rollout(IReadOnlyList<int> Prompt, IReadOnlyList<GeneratedToken> Answer, string Text, double Reward, double Advantage)
{
    /// <summary>The answer as a training example: the loss counts its drawn tokens, not the prompt.</summary>
    public Example ToExample(string task)
    {
        var beforeAnswer = new float[Prompt.Count]; // zeros
        return new Example
        {
            Task = task,
            Tokens = new TokenExample
            {
                Ids = { Prompt, Answer.Select(token => token.Id) },
                Weights = { beforeAnswer, Answer.Select(_ => 1f) },
                OldLogprobs = { beforeAnswer, Answer.Select(token => (float)token.Logprob) },
                Advantages = { beforeAnswer, Answer.Select(_ => (float)Advantage) },
            },
        };
    }
}
