using System.Text;
using CoLA.Cli.Data;
using CoLA.Cli.Rendering;
using CoLA.Client;
using CoLA.Client.Inference;
using CoLA.Core.Data;
using CoLA.V1;
using Grpc.Core;

namespace CoLA.Cli.Evaluation;

/// <summary>
/// Asks questions of any mix of tasks and of the base, in batches: choices by the highest log-probability, free answers
/// by greedy exact match.
/// </summary>
internal sealed class Examination(ColaClient client)
{
    /// <summary>Rows of one call to Score: each holds all choices of a question.</summary>
    private const int ScoredRows = 16;

    /// <summary>Rows of one call to GenerateBatch: as many as decode together well.</summary>
    private const int GeneratedRows = 32;

    private bool _asChat = true;

    /// <summary>Tokens that free answers took, and the time of generating them.</summary>
    public (long Tokens, TimeSpan Elapsed) Decoded { get; private set; }

    /// <summary>Which questions are answered rightly, in their order; null for what does not fit the model's context.</summary>
    /// <param name="questions">Each with a judgement and a prompt.</param>
    /// <param name="bar">Told of every question.</param>
    /// <param name="time">Measures decoding.</param>
    /// <param name="cancellation">Ends at the next batch.</param>
    /// <exception cref="ColaException">The server refused a call.</exception>
    /// <exception cref="QuestionException">The server refused a question.</exception>
    public async Task<IReadOnlyList<bool?>> AskAsync(IReadOnlyList<Question> questions, ProgressBar bar, TimeProvider time, CancellationToken cancellation)
    {
        var right = new bool?[questions.Count];
        var places = Enumerable.Range(0, questions.Count).ToLookup(place => questions[place].Item.Judgement is Choice);
        foreach (var chunk in places[true].Chunk(ScoredRows))
        {
            Mark(right, chunk, await ScoreAsync([.. chunk.Select(place => questions[place])], cancellation), bar);
        }

        // Answers of like length end together, so that a batch stays full.
        foreach (var chunk in places[false].OrderBy(place => Answer(questions[place]).Length).Chunk(GeneratedRows))
        {
            var started = time.GetTimestamp();
            var (marks, tokens) = await GenerateAsync([.. chunk.Select(place => questions[place])], cancellation);
            Decoded = (Decoded.Tokens + tokens, Decoded.Elapsed + time.GetElapsedTime(started));
            Mark(right, chunk, marks, bar);
        }

        return right;
    }

    private static void Mark(bool?[] right, int[] places, IReadOnlyList<bool?> marks, ProgressBar bar)
    {
        for (var at = 0; at < places.Length; at++)
        {
            right[places[at]] = marks[at];
            bar.Advance();
        }
    }

    private async Task<IReadOnlyList<bool?>> ScoreAsync(IReadOnlyList<Question> questions, CancellationToken cancellation)
    {
        var response = await client.Inference.ScoreAsync(questions.Select(ScoreRow), cancellationToken: cancellation);
        return TurnToPlainText(response.Rows.Select(row => row.Failure), questions)
            ? await ScoreAsync(questions, cancellation)
            : [.. questions.Zip(response.Rows, (question, row) => IsAsked(row.Failure) ? row.Best == ((Choice)question.Item.Judgement!).Answer : (bool?)null)];
    }

    private async Task<(IReadOnlyList<bool?> Right, long Tokens)> GenerateAsync(IReadOnlyList<Question> questions, CancellationToken cancellation)
    {
        var rows = await client.Inference.CompleteBatchAsync(questions.Select(GenerateRow), cancellationToken: cancellation);
        return TurnToPlainText(rows.Select(row => row.Failure), questions)
            ? await GenerateAsync(questions, cancellation)
            : ([.. questions.Zip(rows, (question, row) => IsAsked(row.Failure) ? IsExact(question, row) : (bool?)null)], rows.Sum(
                row => row.Usage.CompletionTokens));
    }

    /// <summary>Whether to ask again in plain text: training writes instructions so where the model has no chat template.</summary>
    private bool TurnToPlainText(IEnumerable<Failure?> failures, IReadOnlyList<Question> questions)
    {
        if (!_asChat
            || !questions.Any(question => question.Item.Example is Core.Data.Examples.InstructionExample)
            || !failures.Any(failure => failure?.Code == (int)StatusCode.Unimplemented))
        {
            return false;
        }

        _asChat = false;
        return true;
    }

    private static bool IsAsked(Failure? failure) => failure switch
    {
        null => true,
        { Code: (int)StatusCode.InvalidArgument } => false,
        _ => throw new QuestionException(failure.Message),
    };

    private ScoreRow ScoreRow(Question question) => new()
    {
        Source = question.Source,
        Prompt = Prompt(question),
        Continuations = { ((Choice)question.Item.Judgement!).Continuations.Select(text => new Continuation { Text = text }) },
    };

    private GenerateRow GenerateRow(Question question) => new()
    {
        Source = question.Source,
        Prompt = Prompt(question),

        // No token is shorter than a byte; one more ends the text.
        MaxTokens = Encoding.UTF8.GetByteCount(Answer(question)) + 1,
    };

    private Prompt Prompt(Question question) => ExampleMessages.Prompt(question.Item.Example, _asChat)
        ?? throw new QuestionException("conversations and token ids have no single answer to judge");

    private static string Answer(Question question) => ((ExactMatch)question.Item.Judgement!).Answer;

    // SentencePiece drops the space before a text's first word; no answer differs from another by it.
    private static bool IsExact(Question question, GeneratedRow row) =>
        row.FinishReason == FinishReason.Stop && row.Text.TrimStart() == Answer(question).TrimStart();
}
