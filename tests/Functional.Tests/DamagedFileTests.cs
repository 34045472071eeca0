using CoLA.Client;
using CoLA.Functional.Tests.Processes;
using CoLA.TestKit;
using CoLA.V1;
using Grpc.Core;

namespace CoLA.Functional.Tests;

public sealed class DamagedFileTests : IDisposable
{
    private readonly TemporaryDirectory _model = new();
    private readonly TemporaryDirectory _data = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _model.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task Generate_HeadsWithAFlippedBit_IsDataLossNamingTheFileWhileOthersAreServed()
    {
        RandomModel.Write(_model);
        string damaged, healthy, file;
        await using (var server = await StartAsync())
        {
            var pool = await server.Acme.Pools.CreateAsync(Requests.Pool("p"), cancellationToken: Token);
            healthy = (await server.Acme.Tasks.RegisterAsync(Requests.Task("healthy", pool.Name), cancellationToken: Token)).Task.Name;
            damaged = (await server.Acme.Tasks.RegisterAsync(Requests.Task("damaged", pool.Name), cancellationToken: Token)).Task.Name;
            await PublishHeadsAsync(server.Acme, pool.Name, healthy, steps: 1);
            var before = Matrices();
            await PublishHeadsAsync(server.Acme, pool.Name, damaged, steps: 2);
            file = Assert.Single(Matrices().Except(before));
        }

        var bytes = await File.ReadAllBytesAsync(file, Token);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, Token);
        await using var restarted = await StartAsync();

        var refused = await Assert.ThrowsAsync<ColaException>(async () =>
        {
            await foreach (var _ in restarted.Acme.Inference.GenerateAsync(Requests.Row(Requests.TaskSource(damaged)), cancellationToken: Token))
            {
            }
        });
        var rows = await restarted.Acme.Inference.CompleteBatchAsync(
            [Requests.Row(Requests.TaskSource(damaged)), Requests.Row(Requests.TaskSource(healthy)), Requests.Row(Requests.Base)],
            cancellationToken: Token);

        Assert.Equal(StatusCode.DataLoss, refused.StatusCode);
        Assert.Contains(Path.GetFileName(file), refused.Message, StringComparison.Ordinal);
        Assert.Equal((int)StatusCode.DataLoss, rows[0].Failure?.Code);
        Assert.Contains(Path.GetFileName(file), rows[0].Failure!.Message, StringComparison.Ordinal);
        Assert.All(rows.Skip(1), row => Assert.Null(row.Failure));
        Assert.All(rows.Skip(1), row => Assert.NotEmpty(row.Tokens));
    }

    /// <summary>
    /// A stays frozen, so that a task's new version is the only new file. Tasks that train alike would share one: files are
    /// known by their content.
    /// </summary>
    private static async Task PublishHeadsAsync(ColaClient client, string pool, string task, int steps)
    {
        var request = Requests.Session(pool, task);
        request.SharedA = SharedA.Frozen;
        request.PoolOptimizer = null;
        await using var session = await client.Training.OpenAsync(request, cancellationToken: Token);
        for (var step = 0; step < steps; step++)
        {
            await session.StepAsync([Requests.Example(task)], cancellationToken: Token);
        }

        await session.PublishAsync(cancellationToken: Token);
        await session.CloseAsync(cancellationToken: Token);
    }

    private string[] Matrices() => Directory.GetFiles(_data.Path, "*.safetensors", SearchOption.AllDirectories);

    private Task<ServerProcess> StartAsync() => ServerProcess.StartAsync(_model.Path, _data.Path, Token);
}
