using System.CommandLine;
using CoLA.Cli.Data;
using CoLA.Cli.Evaluation;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Naming;
using CoLA.Cli.Options;
using CoLA.Cli.Rendering;
using CoLA.Client;
using CoLA.Core.Data;
using CoLA.V1;

namespace CoLA.Cli.Commands;

/// <summary><c>cola eval</c></summary>
internal sealed class EvalCommand : ClientCommand
{
    private static readonly string[] DataFiles = [".csv", ".json", ".jsonl"];

    private readonly Option<TaskFile[]> _tasks = TaskFile.Option(
        $"A task (TASK, OWNER/TASK, TASK@VERSION or {ResourceNames.Base}) and what to ask it: a data file, or a directory of them; repeatable");
    private readonly Option<bool> _base = new("--compare-base") { Description = "Ask the base model the same" };
    private readonly Option<int[]> _shots = new Option<int[]>("--shots")
    {
        Description = "Solved examples before each question; several give several rows",
        HelpName = "K",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [0],
    }.AtLeast(0);
    private readonly Option<bool> _all = new("--all") { Description = "Ask every item of a file, not only the held-out ones" };
    private readonly Option<int?> _limit = new Option<int?>("--limit") { Description = "Items of each file at most" }.AtLeast(1);
    private readonly DataFileOptions _data = new();

    public EvalCommand(CliContext cli)
        : base(
            "eval",
            "Accuracy per task and subject: choice questions by the most probable letter, free answers by the most probable of at most 20 targets or else "
                + "by greedy exact match",
            cli)
    {
        foreach (var option in (Option[])[_tasks, _base, _shots, _all, _limit])
        {
            Add(option);
        }

        _data.AddTo(this);
    }

    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var sheets = Sheets(parse, client.Tenant, terminal).ToList();
        var examination = new Examination(client);
        var rows = new List<EvaluationRow>();
        await ProgressBars.RunAsync(terminal, async bars =>
        {
            var withBase = parse.GetValue(_base);
            var pending = sheets.ConvertAll(sheet => (Sheet: sheet, Bar: bars.Add(sheet.Title, sheet.Items.Count * (withBase ? 2 : 1))));
            foreach (var (sheet, bar) in pending)
            {
                var ofTask = sheet.Items.Select(item => new Question(sheet.Source, item));
                var ofBase = withBase ? sheet.Items.Select(item => new Question(new Source { Base = new Base() }, item)) : [];
                var marks = await examination.AskAsync([.. ofTask, .. ofBase], bar, terminal.Time, cancellation);
                rows.AddRange(sheet.Rows(marks));
            }
        });
        var model = (await client.Status.GetAsync(cancellationToken: cancellation)).Model;
        terminal.Show(EvaluationTables.Accuracies(rows));
        terminal.Line($"Base model {model.Name}, weights in {StatusTables.Weights(model)}.");
        terminal.Result(new
        {
            BaseModel = new { model.Name, model.Sha256, model.Dtype, model.Quantization },
            Results = rows.Select(row => new
            {
                row.Task,
                row.Subject,
                row.Shots,
                row.Accuracy.Items,
                row.Accuracy.Right,
                row.Accuracy.LeftOut,
                Accuracy = row.Accuracy.Fraction,
                BaseAccuracy = row.Base?.Fraction,
            }),
        });
        return ExitCode.Ok;
    }

    private IEnumerable<QuestionSheet> Sheets(ParseResult parse, string tenant, Terminal terminal)
    {
        foreach (var (task, place) in parse.GetRequiredValue(_tasks))
        {
            var source = ResourceNames.Source(tenant, task);
            var parts = Files(place).Select(file => Part(parse, file, terminal)).ToList();
            foreach (var shots in parse.GetValue(_shots)!)
            {
                yield return new QuestionSheet(task, source, shots, [.. parts.SelectMany(part => Asked(part, shots, _data.Seed(parse)))]);
            }
        }
    }

    private (IReadOnlyList<DataItem> Solved, IReadOnlyList<DataItem> Asked) Part(ParseResult parse, string file, Terminal terminal)
    {
        var data = _data.Read(parse, file);
        var split = parse.GetValue(_all) ? new DataSplit(data.Items, data.Items) : _data.Split(parse, data);
        DataItem[] asked = [.. split.HeldOut.Where(item => item.Judgement is not null)];
        if (asked.Length < split.HeldOut.Count)
        {
            terminal.Remark($"[yellow]{file}: {split.HeldOut.Count - asked.Length} items have no answer to judge and are left out.[/]");
        }

        return (split.Training, [.. asked.Take(parse.GetValue(_limit) ?? asked.Length)]);
    }

    private static IEnumerable<DataItem> Asked((IReadOnlyList<DataItem> Solved, IReadOnlyList<DataItem> Asked) part, int shots, ulong seed)
    {
        if (shots == 0)
        {
            return part.Asked;
        }

        var few = new FewShot(part.Solved, shots, seed);
        return part.Asked.Select(few.Before);
    }

    private static string[] Files(string place)
    {
        if (!Directory.Exists(place))
        {
            return [place];
        }

        string[] files = [.. Directory.GetFiles(place).Where(
            file => DataFiles.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new UsageException($"{place} holds no data files", $"Data files end in {string.Join(", ", DataFiles)}.");
    }
}
