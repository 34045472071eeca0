using CoLA.Core.Kernels;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Model;

/// <summary>Compares a graph node that the kernels compute with libtorch's operations: its values and the gradient of its input.</summary>
internal sealed class KernelNodes : IDisposable
{
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();
    private readonly Generator _random = new(7);

    public KernelTeam Team { get; } = new(2);

    public Tensor Random(params long[] shape) => randn(shape, generator: _random);

    public static void AssertEqual(Tensor input, Func<Tensor, Tensor> node, Func<Tensor, Tensor> operations)
    {
        var (value, gradient) = Run(input, node);
        var (expected, expectedGradient) = Run(input, operations);
        AssertClose(expected, value);
        AssertClose(expectedGradient, gradient);
        using var noGrad = no_grad();
        Assert.True(node(input).equal(value).all().item<bool>());
    }

    public void Dispose()
    {
        _random.Dispose();
        _scope.Dispose();
        Team.Dispose();
    }

    /// <summary>The value of the function, and the gradient of a weighted sum of it in which all weights are different.</summary>
    private static (Tensor Value, Tensor Gradient) Run(Tensor input, Func<Tensor, Tensor> function)
    {
        var leaf = input.detach().clone().requires_grad_();
        var value = function(leaf);
        autograd.backward([value], [linspace(-1, 1, value.numel()).view(value.shape)]);
        return (value.detach(), leaf.grad!);
    }

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.InRange((expected - actual).abs().max().item<float>() / expected.abs().max().item<float>(), 0, 2e-6f);
    }
}
