using CoLA.Core.Model;
using CoLA.Core.Rejections;
using TorchSharp;
using Xunit;

namespace CoLA.Core.Tests.Model;

public sealed class ComputeDeviceTests
{
    [Theory]
    [InlineData("cuda")]
    [InlineData("cuda:7")]
    public void Of_MissingCudaDevice_IsRefusedWithARemedy(string name)
    {
        Assert.SkipWhen(torch.cuda.is_available(), "this machine has a CUDA device");

        var exception = Assert.Throws<InvalidArgumentRejection>(() => ComputeDevice.Of(name));

        Assert.Contains(name, exception.Message, StringComparison.Ordinal);
        Assert.Contains("cpu or auto", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cuda:-1")]
    [InlineData("CPU")]
    [InlineData("")]
    public void Of_UnknownName_IsRefusedWithTheKnownNames(string name)
    {
        var exception = Assert.Throws<InvalidArgumentRejection>(() => ComputeDevice.Of(name));

        Assert.Contains("cpu, cuda, cuda:N or auto", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_Auto_ChoosesAnAvailableDevice() =>
        Assert.Equal(torch.cuda.is_available() ? DeviceType.CUDA : DeviceType.CPU, ComputeDevice.Of("auto").type);
}
