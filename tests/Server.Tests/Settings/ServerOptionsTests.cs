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
                options.Host = "somewhere";
                options.Port = 70000;
                options.Threads = 0;
            },
            cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(6, exception.Failures.Count());
        Assert.Contains("/there/is/no/model", exception.Message, StringComparison.Ordinal);
    }
}
