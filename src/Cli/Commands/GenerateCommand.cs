using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using CoLA.Client;
using CoLA.Client.Inference;
using CoLA.V1;
using Spectre.Console;

namespace CoLA.Cli.Commands;

/// <summary><c>cola generate</c></summary>
internal sealed class GenerateCommand : ClientCommand
{
    private readonly PromptOptions _prompt;
    private readonly SourceOption _sources = new();
    private readonly SamplingOptions _sampling = new();

    public GenerateCommand(CliContext cli)
        : base("generate", "Go on from a prompt, with a task or the base model; several tasks answer in one mixed batch", cli)
    {
        _prompt = new PromptOptions(cli.Host);
        _prompt.AddTo(this);
        _sources.AddTo(this);
        _sampling.AddTo(this);
    }

    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var prompt = await _prompt.ReadAsync(parse, cancellation);
        var sources = _sources.Of(parse, client.Tenant);
        GenerateRow[] rows = [.. sources.Select(source => _sampling.Row(parse, source.Source, prompt))];
        var started = terminal.Time.GetTimestamp();
        var generated = rows.Length == 1
            ? [await StreamAsync(client, rows[0], terminal, cancellation)]
            : await client.Inference.CompleteBatchAsync(rows, cancellationToken: cancellation);
        var elapsed = terminal.Time.GetElapsedTime(started);
        if (rows.Length > 1)
        {
            terminal.Show(Answers(sources, generated));
        }

        var tokens = generated.Sum(row => row.Usage.CompletionTokens);
        var prompted = generated.Sum(row => row.Usage.PromptTokens);
        var end = rows.Length == 1 ? $", ended by {EnumWords.Of(generated[0].FinishReason)}" : "";
        terminal.Remark($"[dim]{prompted} prompt tokens, {tokens} generated, {tokens / elapsed.TotalSeconds:0.0} tokens/s{end}[/]");
        terminal.Result(new { Rows = sources.Zip(generated, (source, row) => Json(source.Name, row)) });
        return generated.Any(row => row.Failure is not null) ? ExitCode.Failed : ExitCode.Ok;
    }

    private static async Task<GeneratedRow> StreamAsync(ColaClient client, GenerateRow row, Terminal terminal, CancellationToken cancellation)
    {
        var (text, tokens, last) = (new System.Text.StringBuilder(), new List<GeneratedToken>(), new GenerateResponse());
        await foreach (var response in client.Inference.GenerateAsync(row, cancellationToken: cancellation))
        {
            // A model without a tokenizer has no text: its ids are what there is to see.
            terminal.Text(
                row.Prompt.Tokens is null || response.Text.Length > 0 ? response.Text : string.Concat(response.Tokens.Select(token => $"{token.Id} ")));
            text.Append(response.Text);
            tokens.AddRange(response.Tokens);
            last = response;
        }

        terminal.Text("\n");
        return new GeneratedRow(text.ToString(), tokens, last.FinishReason, last.Failure, last.Usage ?? new Usage());
    }

    private static Table Answers(IReadOnlyList<(string Name, Source Source)> sources, IReadOnlyList<GeneratedRow> rows)
    {
        var table = Tables.New("task", "answer", "tokens", "ended by").RightAligned(2);
        foreach (var ((name, _), row) in sources.Zip(rows))
        {
            var answer = row.Failure?.Message ?? (row.Text.Length > 0 ? row.Text : string.Join(' ', row.Tokens.Select(token => token.Id)));
            table.AddTextRow(name, answer, $"{row.Usage.CompletionTokens}", EnumWords.Of(row.FinishReason));
        }

        return table;
    }

    private static object Json(string source, GeneratedRow row) => new
    {
        Source = source,
        row.Text,
        row.Tokens,
        FinishReason = EnumWords.Of(row.FinishReason),
        Failure = row.Failure?.Message,
        row.Usage.PromptTokens,
        row.Usage.CompletionTokens,
    };
}
