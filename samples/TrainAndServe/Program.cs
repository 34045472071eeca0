// Makes a pool, registers two tasks on it, trains both in one session, publishes, and has both and the bare base answer in
// one batch. The argument is the server's address.
using CoLA.Client;
using CoLA.Samples.TrainAndServe;
using CoLA.V1;

const int Steps = 80;
const int ExamplesPerStep = 4;
const int Questions = 8;
const string Letters = "abcdefghijklmnopqrstuvwxyz";

var address = args.Length > 0 ? args[0] : "http://localhost:5290";
var run = Guid.NewGuid().ToString("N")[..8]; // ids of this run's own, so that it can run again
var random = new Random(1);
Skill[] skills = [new("shout", word => word.ToUpperInvariant() + "!"), new("ends", word => $"{word[0]}{word[^1]}")];

using var client = new ColaClient(new ColaClientOptions { Address = new Uri(address), Tenant = "acme" });

// One pool of A matrices; each task couples three heads of its own to them.
var pool = await client.Pools.CreateAsync(new CreatePoolRequest { PoolId = $"words-{run}", Spec = new PoolSpec { M = 2, Rank = 4 } });
var tasks = new Dictionary<Skill, string>();
foreach (var skill in skills)
{
    var registered = await client.Tasks.RegisterAsync(new RegisterTaskRequest
    {
        TaskId = $"{skill.Name}-{run}",
        Pool = pool.Name,
        Spec = new TaskSpec { Strategy = Strategy.Heuristic, N = 3 },
    });
    tasks[skill] = registered.Task.Name;
    Console.WriteLine($"registered {registered.Task.Name} on {pool.Name}");
}

// Both tasks learn in every step; the shared A moves with both.
var adamW = new AdamW { LearningRate = 3e-3 };
await using (var session = await client.Training.OpenAsync(new OpenSessionRequest
{
    Pool = pool.Name,
    SharedA = SharedA.Trainable,
    PoolOptimizer = adamW,
    Tasks = { tasks.Values.Select(task => new SessionTask { Task = task, Optimizer = adamW }) },
}))
{
    for (var step = 1; step <= Steps; step++)
    {
        var examples = tasks.SelectMany(task => Words(ExamplesPerStep).Select(word => new Example
        {
            Task = task.Value,
            Completion = new CompletionExample { Prompt = task.Key.Prompt(word), Completion = task.Key.Completion(word) },
        }));
        var reply = await session.StepAsync(examples);
        if (step == 1 || step % 20 == 0)
        {
            Console.WriteLine($"step {step,3}: " + string.Join(", ", reply.Tasks.Select(task => $"{IdOf(task.Task)} {task.LossSum / task.Weight:0.000}")));
        }
    }

    // Until now nobody outside the session saw what was learned.
    await session.PublishAsync();
}

// New words, the tasks and the base mixed in one batch.
var rows = skills.SelectMany(skill =>
{
    var words = Words(Questions);
    return words.Select(word => (Skill: skill, Word: word, Source: new Source { Task = tasks[skill] }))
        .Append((Skill: skill, Word: words[0], Source: new Source { Base = new Base() }));
}).ToArray();
var answers = await client.Inference.CompleteBatchAsync(rows.Select(row => new GenerateRow
{
    Source = row.Source,
    Prompt = new Prompt { Text = row.Skill.Prompt(row.Word) },
    MaxTokens = 16,
}));
foreach (var (row, answer) in rows.Zip(answers))
{
    Console.WriteLine($"{(row.Source.Base is null ? "task" : "base")} {row.Skill.Prompt(row.Word)}{answer.Text}");
}

foreach (var skill in skills)
{
    var right = rows.Zip(answers).Count(pair =>
        pair.First.Skill == skill && pair.First.Source.Base is null && pair.Second.Text == skill.Completion(pair.First.Word));
    Console.WriteLine($"{skill.Name}: {right} of {Questions} right");
}

string IdOf(string task) => task.Split('/')[^1];

string[] Words(int count) => [.. Enumerable.Range(0, count).Select(_ => new string(random.GetItems<char>(Letters, random.Next(3, 7))))];
