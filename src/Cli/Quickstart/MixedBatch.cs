using CoLA.Cli.Data;
using CoLA.Client;
using CoLA.Client.Inference;
using CoLA.Core.Data;
using CoLA.V1;

namespace CoLA.Cli.Quickstart;

/// <summary>Held-out questions of every task, answered by the tasks and by the base in one call.</summary>
internal sealed class MixedBatch(ColaClient client, IReadOnlyList<QuickstartTask> tasks, TimeProvider time)
{
    /// <summary>Enough to time decoding by.</summary>
    private const int RowsOfEach = 4;

    private const int MaximumTokens = 32;

    public async Task<(IReadOnlyList<MixedAnswer> Answers, double DecodeTokensPerSecond)> RunAsync(CancellationToken cancellation)
    {
        var asked = Questions().ToList();
        var answers = asked.ConvertAll(_ => new List<GenerateResponse>());
        var (started, tokens, elapsed) = (0L, 0L, TimeSpan.Zero);
        await foreach (var response in client.Inference.GenerateBatchAsync(asked.Select(Row), cancellationToken: cancellation))
        {
            // From the first token on: before it the prompts are read.
            if (started == 0)
            {
                started = time.GetTimestamp();
            }
            else
            {
                (tokens, elapsed) = (tokens + response.Tokens.Count, time.GetElapsedTime(started));
            }

            answers[response.Row].Add(response);
        }

        return ([.. asked.Zip(answers, Answer)], elapsed > TimeSpan.Zero ? tokens / elapsed.TotalSeconds : 0);
    }

    private IEnumerable<(string Name, Source Source, DataItem Item)> Questions()
    {
        for (var round = 0; round < RowsOfEach; round++)
        {
            foreach (var task in tasks)
            {
                yield return (task.Name, new Source { Task = task.Name }, task.Data.HeldOut[round % task.Data.HeldOut.Count]);
            }

            var first = tasks[round % tasks.Count].Data.HeldOut;
            yield return (Naming.ResourceNames.Base, new Source { Base = new Base() }, first[round % first.Count]);
        }
    }

    private static GenerateRow Row((string Name, Source Source, DataItem Item) question) => new()
    {
        Source = question.Source,
        Prompt = ExampleMessages.Prompt(question.Item.Example, asChat: false),
        MaxTokens = MaximumTokens,
    };

    private static MixedAnswer Answer((string Name, Source Source, DataItem Item) question, List<GenerateResponse> responses)
    {
        var last = responses[^1];
        var row = new GeneratedRow(
            string.Concat(responses.Select(response => response.Text)),
            [.. responses.SelectMany(response => response.Tokens)],
            last.FinishReason,
            last.Failure,
            last.Usage ?? new Usage());
        return new MixedAnswer(question.Name, question.Item, row);
    }
}
