// Teaches a task by reward alone. In every step the session's working copy answers, the answers are judged, and those that
// are better than others to the same prompt are made likelier. The argument is the server's address.
using CoLA.Client;
using CoLA.Samples.Reinforcement;
using CoLA.V1;

const int Steps = 12;
const int WordsPerStep = 8;
const int AnswersPerWord = 8;
const int PassesPerStep = 2;
const string Letters = "abcdefghijklmnopqrstuvwxyz";

var address = args.Length > 0 ? args[0] : "http://localhost:5290";
var run = Guid.NewGuid().ToString("N")[..8]; // ids of this run's own, so that it can run again
var random = new Random(1);

using var client = new ColaClient(new ColaClientOptions { Address = new Uri(address), Tenant = "acme" });
var pool = await client.Pools.CreateAsync(new CreatePoolRequest { PoolId = $"reward-{run}", Spec = new PoolSpec { Rank = 8 } });
var task = (await client.Tasks.RegisterAsync(new RegisterTaskRequest
{
    TaskId = $"backwards-{run}",
    Pool = pool.Name,
    Spec = new TaskSpec { Strategy = Strategy.Lora },
})).Task.Name;

var adamW = new AdamW { LearningRate = 1e-3, MaxGradientNorm = 1 };
await using var session = await client.Training.OpenAsync(new OpenSessionRequest
{
    Pool = pool.Name,
    SharedA = SharedA.Trainable,
    PoolOptimizer = adamW,
    Tasks = { new SessionTask { Task = task, Optimizer = adamW } },
});
var policy = new Policy(client, session, task, random);
var ppo = new Objective { Loss = new Loss { Ppo = new Ppo() } };

for (var step = 1; step <= Steps; step++)
{
    var words = Enumerable.Range(0, WordsPerStep).Select(_ => new string(random.GetItems<char>(Letters, random.Next(3, 6)))).ToArray();
    var rollouts = await policy.DrawAsync(words, AnswersPerWord);

    // From the second pass on the weights are not those that drew: PPO bounds how far they go.
    for (var pass = 0; pass < PassesPerStep; pass++)
    {
        await session.ForwardBackwardAsync(rollouts.Select(rollout => rollout.ToExample(task)), ppo);
        await session.OptimStepAsync();
    }

    Console.WriteLine($"step {step,2}: mean reward {rollouts.Average(rollout => rollout.Reward):0.000}, {words[0]} ={rollouts[0].Text}");
}

var published = await session.PublishAsync();
Console.WriteLine($"published {published.Tasks.Single().Version}");
