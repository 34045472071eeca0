using CoLA.Core.Model;
using CoLA.Server.Settings;
using Microsoft.Extensions.Options;

namespace CoLA.Server.Tests.Settings;

public sealed class ServerOptionsTests
{
    [Fact]
    public async Task Start_EverythingWrong_SaysEverythingAtOnceBeforeAnythingIsLoaded()
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => ColaServer.StartAsync(
            options =>
            {
                options.Model = "/there/is/no/model";
                options.DataDirectory = "";
                options.Device = "tpu";
                options.Quantization = (Quantization)77;
                options.Host = "somewhere";
                options.Port = 70000;
                options.Threads = 0;
                options.MaximumRows = 1025;
                options.MaximumWaiting = 0;
                options.KeyValueMemory = 1000;
                options.PrefillTokens = 0;
                options.TrainingTokens = -1;
                options.AdapterMemory = 0;
                options.MaximumJobs = 0;
                options.JobData = "/there/is/no/data";
                options.TrainingMemory = 0;
                options.HostTrainingMemory = -1;
                options.MetricsPort = -1;
                options.MetricsNames = 10_001;
                options.Operator = "Nobody!";
            },
            cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(20, exception.Failures.Count());
        Assert.Contains("Port: 70000 is not in 0..65535; 0 takes a free one", exception.Failures);
        Assert.Contains("/there/is/no/model", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_MetricsOnThePortOfGrpc_NamesAnother()
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => ColaServer.StartAsync(
            options =>
            {
                options.Port = 5290;
                options.MetricsPort = 5290;
            },
            cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("MetricsPort: 5290 is the port of gRPC; take another, 9464 for example", exception.Failures);
    }

    [Fact]
    public void ToEngine_EveryOption_ReachesTheEngine()
    {
        var engine = new ServerOptions
        {
            Quantization = Quantization.Int8,
            MaximumRows = 3,
            MaximumWaiting = 5,
            KeyValueMemory = 7,
            PrefillTokens = 11,
            TrainingTokens = 13,
            GradientCheckpointing = true,
            AdapterMemory = 17,
            MaximumJobs = 19,
            JobData = "/data",
            TrainingMemory = 19,
            HostTrainingMemory = 23,
        }.ToEngine();

        Assert.Equal(Quantization.Int8, engine.Quantization);
        Assert.Equal((19, Path.GetFullPath("/data")), (engine.MaximumJobs, engine.JobData));
        Assert.Equal(
            (3, 5, 7L, 11, 13, 17L),
            (engine.MaximumRows, engine.MaximumWaiting, engine.KeyValueMemory, engine.PrefillTokens, engine.TrainingTokens, engine.AdapterMemory));
        Assert.True(engine.GradientCheckpointing);
        Assert.Equal((19, 23), (engine.TrainingMemory, engine.HostTrainingMemory));
    }
}
