using CoLA.Client;
using CoLA.Client.Training;
using CoLA.V1;

namespace CoLA.Samples.Reinforcement;

/// <summary>A session's working copy of a task, as something that answers.</summary>
internal sealed class Policy(ColaClient client, TrainingSession session, string task, Random random)
{
    private const int MaximumTokens = 12;

    /// <summary>So many answers to each word, with their rewards. Temperature 1: the log-probabilities are those of the draw.</summary>
    public async Task<IReadOnlyList<Rollout>> DrawAsync(IReadOnlyList<string> words, int answersPerWord)
    {
        var prompts = await TokenIdsAsync(words.Select(word => $"inverse: {word} ="));
        var rows = words.Zip(prompts).SelectMany(pair => Enumerable.Repeat((Word: pair.First, Prompt: pair.Second), answersPerWord)).ToArray();
        var answers = await client.Inference.CompleteBatchAsync(rows.Select(row => new GenerateRow
        {
            Source = session.WorkingCopyOf(task),
            Prompt = new Prompt { Tokens = new TokenIds { Ids = { row.Prompt } } },
            Sampling = new Sampling { Temperature = 1, Seed = random.NextInt64() },
            MaxTokens = MaximumTokens,
            Logprobs = 0,
        }));
        var rewards = rows.Zip(answers, (row, answer) => Reward.Of(row.Word, answer.Text)).ToArray();
        var advantages = rewards.Chunk(answersPerWord).SelectMany(Advantages).ToArray();
        return [.. rows.Select((row, index) => new Rollout(row.Prompt, answers[index].Tokens, answers[index].Text, rewards[index], advantages[index]))];
    }

    /// <summary>Rewards of one group, about their mean and in units of their spread (GRPO, arXiv 2402.03300).</summary>
    private static IEnumerable<double> Advantages(double[] rewards)
    {
        var mean = rewards.Average();
        var spread = Math.Sqrt(rewards.Average(reward => (reward - mean) * (reward - mean)));
        return rewards.Select(reward => (reward - mean) / (spread + 1e-3));
    }

    /// <summary>Texts as token ids: the server tells those of what it scores.</summary>
    private async Task<IReadOnlyList<int[]>> TokenIdsAsync(IEnumerable<string> texts)
    {
        var scores = await client.Inference.ScoreAsync([new ScoreRow
        {
            Source = new Source { Base = new Base() },
            Prompt = new Prompt { Text = "\n" },
            Continuations = { texts.Select(text => new Continuation { Text = text }) },
        }]);
        var row = scores.Rows.Single();
        return row.Failure is null
            ? [.. row.Continuations.Select(continuation => continuation.Tokens.Select(token => token.Id).ToArray())]
            : throw new InvalidOperationException(row.Failure.Message);
    }
}
