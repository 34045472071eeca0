using System.CommandLine;
using System.Globalization;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Rendering;
using CoLA.Client;
using CoLA.V1;
using Spectre.Console;

namespace CoLA.Cli.Commands;

/// <summary><c>cola score</c></summary>
internal sealed class ScoreCommand : ClientCommand
{
    private readonly PromptOptions _prompt;
    private readonly SourceOption _sources = new();

    private readonly Option<string[]> _continuations = new("--continuation", "-c")
    {
        Description = "What may follow the prompt, its leading space included; repeatable",
        HelpName = "TEXT",
    };

    private readonly Option<string[]> _continuationIds = new("--continuation-ids")
    {
        Description = "The same as token ids with commas between; repeatable",
        HelpName = "ID,ID",
    };

    public ScoreCommand(CliContext cli)
        : base("score", "How probable given continuations of a prompt are", cli)
    {
        _prompt = new PromptOptions(cli.Host);
        _prompt.AddTo(this);
        _sources.AddTo(this);
        Add(_continuations);
        Add(_continuationIds);
        Validators.Add(result =>
        {
            if (result.GetResult(_continuations) is null == result.GetResult(_continuationIds) is null)
            {
                result.AddError("give what to score with either --continuation or --continuation-ids");
            }
        });
    }

    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var prompt = await _prompt.ReadAsync(parse, cancellation);
        var (labels, continuations) = Continuations(parse);
        var sources = _sources.Of(parse, client.Tenant);
        var response = await client.Inference.ScoreAsync(
            sources.Select(source => new ScoreRow { Source = source.Source, Prompt = prompt, Continuations = { continuations } }),
            cancellationToken: cancellation);
        terminal.Show(Scores(sources.Select(source => source.Name), labels, response));
        terminal.Result(new
        {
            Rows = sources.Zip(response.Rows, (source, row) => new
            {
                Source = source.Name,
                Best = row.Failure is null ? labels[row.Best] : null,
                Failure = row.Failure?.Message,
                Continuations = row.Continuations.Select((score, index) => new
                {
                    Continuation = labels[index],
                    score.Logprob,
                    Tokens = score.Tokens.Select(token => new { token.Id, token.Logprob }),
                }),
            }),
        });
        return response.Rows.Any(row => row.Failure is not null) ? ExitCode.Failed : ExitCode.Ok;
    }

    private (IReadOnlyList<string> Labels, IReadOnlyList<Continuation> Continuations) Continuations(ParseResult parse)
    {
        if (parse.GetValue(_continuations) is { Length: > 0 } texts)
        {
            return (texts, [.. texts.Select(text => new Continuation { Text = text })]);
        }

        var lists = parse.GetValue(_continuationIds)!;
        return (lists, [.. lists.Select(list => new Continuation { Tokens = new TokenIds { Ids = { list.Split(',').Select(Id) } } })]);
    }

    private static int Id(string typed) => int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        ? id
        : throw new UsageException($"'{typed}' is not a token id", "Write --continuation-ids 12,7,301.");

    private static Table Scores(IEnumerable<string> sources, IReadOnlyList<string> labels, ScoreResponse response)
    {
        var table = Tables.New("task", "continuation", "log-probability", "tokens", "").RightAligned(2, 3);
        foreach (var (source, row) in sources.Zip(response.Rows))
        {
            if (row.Failure is not null)
            {
                table.AddTextRow(source, row.Failure.Message, "", "", "failed");
            }

            for (var at = 0; at < row.Continuations.Count; at++)
            {
                var score = row.Continuations[at];
                table.AddTextRow(
                    source, labels[at], score.Logprob.ToString("0.0000", CultureInfo.InvariantCulture), $"{score.Tokens.Count}", at == row.Best ? "best" : "");
            }
        }

        return table;
    }
}
