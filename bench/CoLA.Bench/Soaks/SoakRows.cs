using CoLA.Bench.Loads;
using CoLA.Bench.Serving;
using CoLA.Client;
using CoLA.V1;
using Grpc.Core;
using SplitMix64 = CoLA.Core.Data.SplitMix64;

namespace CoLA.Bench.Soaks;

/// <summary>
/// One client that asks without pause: rows of the base and of tasks, greedy and drawn, of all lengths, alone and in
/// batches, scored, given up in the middle, and with deadlines that pass.
/// </summary>
internal sealed class SoakRows(ColaClient client, SoakTasks tasks, SoakCount done, ulong seed)
{
    /// <summary>Ids below this are in every vocabulary.</summary>
    public const int Vocabulary = 256;

    private const int LongestPrompt = 64;
    private const int MostTokens = 64;

    private readonly SplitMix64 _random = SplitMix64.For(seed, "rows");
    private readonly TaskDraws _draws = new(LoadShape.Zipf, tasks.Count, seed);

    /// <summary>Goes on until it is cancelled.</summary>
    public async Task AskAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await (_random.Below(16) switch
                {
                    0 => ScoreAsync(cancellation),
                    1 => BatchAsync(cancellation),
                    2 or 3 => GiveUpAsync(cancellation),
                    4 => WithDeadlineAsync(cancellation),
                    _ => RowAsync(cancellation),
                });
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
            }
            catch (ColaException) when (cancellation.IsCancellationRequested)
            {
            }
        }
    }

    private async Task RowAsync(CancellationToken cancellation)
    {
        var (row, task) = Next();
        await ExpectAsync(task, null, async () =>
        {
            await foreach (var news in client.Inference.GenerateAsync(row, cancellationToken: cancellation))
            {
                done.Came(news.Tokens.Count);
            }

            done.Did("answered");
        });
    }

    private async Task GiveUpAsync(CancellationToken cancellation)
    {
        var (row, task) = Next();
        var patience = _random.Below(MostTokens / 2);
        await ExpectAsync(task, null, async () =>
        {
            await foreach (var news in client.Inference.GenerateAsync(row, cancellationToken: cancellation))
            {
                done.Came(news.Tokens.Count);
                if (patience-- <= 0)
                {
                    break;
                }
            }

            done.Did("givenUp");
        });
    }

    private async Task WithDeadlineAsync(CancellationToken cancellation)
    {
        var (row, task) = Next();
        var deadline = TimeSpan.FromMilliseconds(_random.Between(10, 1000));
        await ExpectAsync(task, StatusCode.DeadlineExceeded, async () =>
        {
            await foreach (var news in client.Inference.GenerateAsync(row, deadline, cancellation))
            {
                done.Came(news.Tokens.Count);
            }
        });
        done.Did("withDeadline");
    }

    private async Task BatchAsync(CancellationToken cancellation)
    {
        var rows = Enumerable.Range(0, 4).Select(_ => Next()).ToArray();
        await ExpectAsync(null, null, async () =>
        {
            await foreach (var news in client.Inference.GenerateBatchAsync(rows.Select(row => row.Row), cancellationToken: cancellation))
            {
                done.Came(news.Tokens.Count);
                if (news.Failure is { } failure)
                {
                    Judge(rows[news.Row].Task, null, (StatusCode)failure.Code, failure.Message);
                }
            }

            done.Did("batches");
        });
    }

    private async Task ScoreAsync(CancellationToken cancellation)
    {
        var (row, task) = Next();
        var request = new ScoreRow
        {
            Source = row.Source,
            Prompt = row.Prompt,
            Continuations = { Enumerable.Range(0, 2).Select(_ => new Continuation { Tokens = new TokenIds { Ids = { Tokens(8) } } }) },
        };
        await ExpectAsync(task, null, async () =>
        {
            var score = (await client.Inference.ScoreAsync([request], cancellationToken: cancellation)).Rows[0];
            if (score.Failure is { } failure)
            {
                Judge(task, null, (StatusCode)failure.Code, failure.Message);
            }

            done.Did("scored");
        });
    }

    private (GenerateRow Row, SoakTask? Task) Next()
    {
        var task = _random.Below(8) == 0 ? null : tasks[_draws.Next()];
        var row = TokenRow.Of(task?.Name, Tokens(_random.Between(1, LongestPrompt)), _random.Between(1, MostTokens));
        if (_random.Below(2) == 0)
        {
            row.Sampling = new Sampling { Temperature = 0.8, TopP = 0.95, Seed = _random.Below(int.MaxValue) };
        }

        return (row, task);
    }

    private int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(_ => _random.Below(Vocabulary))];

    private async Task ExpectAsync(SoakTask? task, StatusCode? expected, Func<Task> askAsync)
    {
        try
        {
            await askAsync();
        }
        catch (ColaException failure) when (failure.StatusCode != StatusCode.Cancelled)
        {
            Judge(task, expected, failure.StatusCode, failure.Message);
        }
    }

    private void Judge(SoakTask? task, StatusCode? expected, StatusCode status, string message)
    {
        if (status == expected || (status == StatusCode.NotFound && task is { IsLeaving: true }))
        {
            done.Did(status == expected ? "outOfTime" : "goneWithTheirTask");
        }
        else
        {
            done.Failed($"{task?.Name ?? "base"}: {status}: {message}");
        }
    }
}
