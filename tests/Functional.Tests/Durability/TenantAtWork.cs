using CoLA.Client;
using CoLA.Client.Training;
using CoLA.V1;

namespace CoLA.Functional.Tests.Durability;

/// <summary>
/// A tenant that registers task after task, trains, saves and publishes each in a session of its own, and keeps account
/// of what was acknowledged.
/// </summary>
internal sealed class TenantAtWork(CancellationToken cancellation)
{
    public const string Pool = "pools/kept";

    private int _requests;

    /// <summary>Every acknowledged version of every acknowledged task, with the log-probability it gives the example's completion.</summary>
    public Dictionary<string, Dictionary<string, double>> Tasks { get; } = [];

    /// <summary>The version that each task serves.</summary>
    public Dictionary<string, string> Served { get; } = [];

    /// <summary>The pool's current version.</summary>
    public string PoolVersion { get; set; } = $"{Pool}/versions/1";

    /// <summary>The open session, if there is one.</summary>
    public SessionPromise? Session { get; private set; }

    /// <summary>One call after the other, without end.</summary>
    public IEnumerable<Operation> Work()
    {
        for (var task = 1; ; task++)
        {
            yield return Register($"task-{task}");
            yield return Open($"tenants/acme/tasks/task-{task}");
            yield return Step();
            yield return Publish();
            yield return Step();
            yield return Save();
            yield return Step();
            yield return Step();
            yield return Save();
            yield return Publish();
            yield return Step();
            yield return Close();
        }
    }

    /// <summary>The session as a client takes it up that believes in <paramref name="nextSequence"/>.</summary>
    public TrainingSession Resume(ColaClient client, long nextSequence) => Resume(client, Session!.Name, nextSequence);

    /// <summary>The log-probability of the example's completion under the session's working copy.</summary>
    public async Task<double> EvaluateAsync(ColaClient client, string session, string task)
    {
        var evaluated = await Resume(client, session, 1).EvaluateAsync([Requests.Example(task)], cancellationToken: cancellation);
        return -evaluated.Tasks.Single().LossSum;
    }

    private static TrainingSession Resume(ColaClient client, string session, long nextSequence) =>
        client.Training.Resume(new Session { Name = session, NextSequence = nextSequence });

    private Operation Register(string id)
    {
        var request = Requests.Task(id, Pool);
        request.RequestId = NextRequestId();
        return new Operation(
            "RegisterTask",
            async client => (await client.Tasks.RegisterAsync(request, cancellationToken: cancellation)).Task,
            async (client, reply) =>
            {
                var task = (TenantTask)reply;
                Served[task.Name] = task.ServedVersion;
                Tasks[task.Name] = [];
                await NoteVersionAsync(client, task.Name, task.ServedVersion);
            });
    }

    private Operation Open(string task)
    {
        var request = Requests.Session(Pool, task);
        request.RequestId = NextRequestId();
        return new Operation(
            "OpenSession",
            async client => (await client.Training.OpenAsync(request, cancellationToken: cancellation)).Name,
            async (client, reply) =>
            {
                var opening = new SessionPoint(0, await EvaluateAsync(client, (string)reply, task), null);
                Session = new SessionPromise((string)reply, task) { Live = opening, Saved = opening };
            });
    }

    private Operation Step()
    {
        var sequence = Session!.Live.Sequence + 1;
        return new Operation(
            "TrainStep",
            async client => await Resume(client, sequence).StepAsync([Requests.Example(Session.Task)], cancellationToken: cancellation),
            async (client, reply) => Session.Live =
                new SessionPoint(sequence, await EvaluateAsync(client, Session.Name, Session.Task), (TrainStepResponse)reply))
        {
            Sequence = sequence,
        };
    }

    private Operation Save()
    {
        var requestId = NextRequestId();
        return new Operation(
            "SaveState",
            async client => await Resume(client, 1).SaveStateAsync(requestId, cancellationToken: cancellation),
            (_, reply) =>
            {
                Assert.Equal(Session!.Live.Sequence, ((SaveStateResponse)reply).Sequence);
                Session.Saved = Session.Live;
                return Task.CompletedTask;
            });
    }

    private Operation Publish()
    {
        var requestId = NextRequestId();
        return new Operation(
            "Publish",
            async client => await Resume(client, 1).PublishAsync(requestId: requestId, cancellationToken: cancellation),
            async (client, reply) =>
            {
                var published = (PublishResponse)reply;
                var task = Assert.Single(published.Tasks);
                PoolVersion = published.PoolVersion;
                Served[task.Task] = task.Version;
                await NoteVersionAsync(client, task.Task, task.Version);
            });
    }

    private Operation Close()
    {
        var requestId = NextRequestId();
        return new Operation(
            "CloseSession",
            async client =>
            {
                await Resume(client, 1).CloseAsync(requestId, cancellationToken: cancellation);
                return "closed";
            },
            (_, _) =>
            {
                Session = null;
                return Task.CompletedTask;
            });
    }

    private async Task NoteVersionAsync(ColaClient client, string task, string version) =>
        Tasks[task][version] = (await Requests.ScoreAsync(client, [Requests.VersionSource(version)], cancellation)).Single();

    private string NextRequestId() => $"request-{++_requests}";
}
