using CoLA.Core.Rejections;
using CoLA.TestKit;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Reflection.V1Alpha;

namespace CoLA.Server.Tests;

public sealed class ColaServerTests : IDisposable
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
    public async Task Start_FreePort_IsHealthyAndDescribesItself()
    {
        RandomModel.Write(_model);
        await using var server = await StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Address);

        var health = await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), cancellationToken: Token);
        using var reflection = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo(cancellationToken: Token);
        await reflection.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, Token);
        Assert.True(await reflection.ResponseStream.MoveNext(Token));
        var services = reflection.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name).ToList();
        await reflection.RequestStream.CompleteAsync();

        Assert.NotEqual(0, server.Address.Port);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
        Assert.Superset(
            new HashSet<string>
            {
                "cola.v1.PoolService", "cola.v1.TaskService", "cola.v1.TrainingService", "cola.v1.InferenceService", "cola.v1.StatusService",
                "grpc.health.v1.Health",
            },
            services.ToHashSet());
    }

    [Fact]
    public async Task Start_DataDirectoryInUse_SaysSo()
    {
        RandomModel.Write(_model);
        await using var first = await StartAsync();

        var rejection = await Assert.ThrowsAsync<PreconditionRejection>(StartAsync);

        Assert.Contains(_data.Path, rejection.Message, StringComparison.Ordinal);
        Assert.Contains("in use", rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_PortInUse_FailsAndLetsGoOfTheData()
    {
        RandomModel.Write(_model);
        using var elsewhere = new TemporaryDirectory();
        await using (var first = await StartAsync())
        {
            await Assert.ThrowsAnyAsync<IOException>(() => StartAsync(elsewhere.Path, first.Address.Port));
        }

        await using var second = await StartAsync(elsewhere.Path, 0);
    }

    [Fact]
    public async Task Start_ModelDirectoryWithAMissingShard_NamesTheShard()
    {
        RandomModel.Write(_model);
        File.Delete(_model.PathOf("model.safetensors"));
        _model.Write("model.safetensors.index.json", """{"metadata": {}, "weight_map": {"model.norm.weight": "model-00002-of-00002.safetensors"}}""");

        var rejection = await Assert.ThrowsAsync<ModelFileRejection>(StartAsync);

        Assert.Contains("model-00002-of-00002.safetensors", rejection.Message, StringComparison.Ordinal);
        File.Delete(_model.PathOf("model.safetensors.index.json"));
        RandomModel.Write(_model);
        await using var server = await StartAsync();
    }

    [Fact]
    public async Task Start_TruncatedGguf_NamesTheFile()
    {
        var file = _model.Write("model.gguf", [.. "GGUF"u8, 3, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1]);

        var rejection = await Assert.ThrowsAsync<ModelFileRejection>(() => StartAsync(_data.Path, 0, file));

        Assert.Contains("model.gguf", rejection.Message, StringComparison.Ordinal);
        RandomModel.Write(_model);
        await using var server = await StartAsync(_data.Path, 0);
    }

    private Task<ColaServer> StartAsync() => StartAsync(_data.Path, 0);

    private Task<ColaServer> StartAsync(string data, int port, string? model = null) => ColaServer.StartAsync(
        options =>
        {
            options.Model.Path = model ?? _model.Path;
            options.DataDirectory = data;
            options.Model.Device = "cpu";
            options.Port = port;
            options.Model.Threads = 1;
        },
        cancellationToken: Token);
}
