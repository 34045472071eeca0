using CoLA.Core.Model;
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
                options.Model.Path = "/there/is/no/model";
                options.DataDirectory = "";
                options.Model.Device = "tpu";
                options.Model.Quantization = (Quantization)77;
                options.Host = "somewhere";
                options.Port = 70000;
                options.Model.Threads = 0;
                options.Engine.MaximumRows = 1025;
                options.Engine.MaximumWaiting = 0;
                options.Engine.KeyValueMemory = 1000;
                options.Engine.PrefillTokens = 0;
                options.Training.TrainingTokens = -1;
                options.Adapters.Memory = 0;
                options.Jobs.Maximum = 0;
                options.Jobs.Data = "/there/is/no/data";
                options.Sessions.Memory = 0;
                options.Sessions.HostMemory = -1;
                options.Metrics.Port = -1;
                options.Metrics.Names = 10_001;
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
                options.Metrics.Port = 5290;
            },
            cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("Metrics.Port: 5290 is the port of gRPC; take another, 9464 for example", exception.Failures);
    }
}
