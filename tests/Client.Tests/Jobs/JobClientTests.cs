using CoLA.Client.Jobs;
using CoLA.Client.Tests.Fakes;
using CoLA.V1;
using Grpc.Core;

namespace CoLA.Client.Tests.Jobs;

public sealed class JobClientTests : IDisposable
{
    private const string Name = "tenants/acme/jobs/j1";

    private readonly string _file = Path.GetTempFileName();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Watch_ConnectionDroppedTwice_TellsEveryStepOnce()
    {
        var answers = new FakeAnswers();
        answers.WatchJob = async (request, stream, context) =>
        {
            await stream.WriteAsync(new JobEvent { Number = request.After, Job = new Job { Name = Name, State = JobState.Running } }, Token);
            for (var step = request.After + 1; step <= 6; step++)
            {
                await stream.WriteAsync(new JobEvent { Number = step, Step = new JobStep { Step = (int)step } }, Token);
                if (step is 2 or 4 && request.After < step - 1)
                {
                    FakeServer.Drop(context);
                    return;
                }
            }

            await stream.WriteAsync(new JobEvent { Number = 6, Job = new Job { Name = Name, State = JobState.Succeeded } }, Token);
        };
        await using var server = await FakeServer.StartAsync(answers);
        using var client = server.Client();

        var heard = await client.Jobs.WatchAsync(Name, cancellationToken: Token).ToListAsync(Token);

        Assert.Equal([1, 2, 3, 4, 5, 6], heard.Where(news => news.Step is not null).Select(news => news.Step.Step));
        Assert.Equal([JobState.Running, JobState.Succeeded], heard.Where(news => news.Job is not null).Select(news => news.Job.State));
        Assert.True(answers.Calls.Count >= 2);
    }

    [Fact]
    public async Task Watch_ServerThatStaysAway_GivesUpWhenPatienceEnds()
    {
        var answers = new FakeAnswers { WatchJob = (_, _, _) => throw new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "gone")) };
        await using var server = await FakeServer.StartAsync(answers);
        using var client = server.Client();
        client.Jobs.Patience = TimeSpan.Zero;

        var lost = await Assert.ThrowsAsync<ColaException>(async () => await client.Jobs.WatchAsync(Name, cancellationToken: Token).ToListAsync(Token));

        Assert.Equal(StatusCode.Unavailable, lost.StatusCode);
    }

    [Fact]
    public async Task Submit_FileOfSeveralPieces_ComesWholeBehindItsSpec()
    {
        var content = new byte[(5 << 20) / 2];
        new Random(1).NextBytes(content);
        await File.WriteAllBytesAsync(_file, content, Token);
        var answers = new FakeAnswers();
        await using var server = await FakeServer.StartAsync(answers);
        using var client = server.Client();

        var job = await client.Jobs.SubmitAsync(new JobSpec { Pool = "pools/p" }, JobParts.File("tenants/acme/tasks/t", _file), cancellationToken: Token);

        Assert.Equal(Name, job.Name);
        var sent = answers.Submitted.ToList();
        Assert.Equal("pools/p", sent[0].Spec.Pool);
        Assert.NotEmpty(sent[0].RequestId);
        Assert.Equal(3, sent.Count - 1);
        Assert.All(sent.Skip(1), piece => Assert.Equal(Path.GetFileName(_file), piece.File.Name));
        Assert.Equal(content, sent.Skip(1).SelectMany(piece => piece.File.Content.ToByteArray()));
    }
}
