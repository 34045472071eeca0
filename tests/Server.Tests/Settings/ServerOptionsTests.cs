using CoLA.Server.Settings;
using Microsoft.Extensions.Options;
using TorchSharp;

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

    [Theory]
    [InlineData("cuda")]
    [InlineData("cuda:7")]
    public void Device_CudaThatIsNotThere_IsRefusedWithItsCure(string name)
    {
        Assert.SkipWhen(torch.cuda.is_available(), "this machine has a CUDA device");

        var exception = Assert.Throws<ArgumentException>(() => ComputeDevice.Of(name));

        Assert.Contains(name, exception.Message, StringComparison.Ordinal);
        Assert.Contains("cpu or auto", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cuda:-1")]
    [InlineData("CPU")]
    [InlineData("")]
    public void Device_NoSuchName_IsRefusedWithTheNames(string name)
    {
        var exception = Assert.Throws<ArgumentException>(() => ComputeDevice.Of(name));

        Assert.Contains("cpu, cuda, cuda:N or auto", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Device_Auto_TakesWhatIsThere() =>
        Assert.Equal(torch.cuda.is_available() ? DeviceType.CUDA : DeviceType.CPU, ComputeDevice.Of("auto").type);
}
