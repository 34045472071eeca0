using System.Runtime.InteropServices;

namespace CoLA.Core.Tests.Kernels;

/// <summary>
/// Floats for a kernel, with a zone before and after them that no kernel may write: <see cref="Check"/> finds a kernel that
/// does. The values are drawn from a seed, between -1 and 1.
/// </summary>
internal sealed unsafe class GuardedFloats : IDisposable
{
    private const int Guard = 64;
    private const float Untouched = 12345.678f;
    private readonly float* _memory;

    public GuardedFloats(int length, int seed)
    {
        Length = length;
        _memory = (float*)NativeMemory.AlignedAlloc((nuint)(length + 2 * Guard) * sizeof(float), 64);
        new Span<float>(_memory, length + 2 * Guard).Fill(Untouched);
        var random = new Random(seed);
        foreach (ref var value in Values)
        {
            value = (float)(random.NextDouble() * 2 - 1);
        }
    }

    public int Length { get; }

    public float* Start => _memory + Guard;

    public Span<float> Values => new(Start, Length);

    /// <summary>A copy of the values, as they were before the kernel.</summary>
    public float[] Copy() => Values.ToArray();

    /// <exception cref="Xunit.Sdk.XunitException">Something wrote before the first value or after the last.</exception>
    public void Check()
    {
        Xunit.Assert.All(new Span<float>(_memory, Guard).ToArray(), value => Xunit.Assert.Equal(Untouched, value));
        Xunit.Assert.All(new Span<float>(Start + Length, Guard).ToArray(), value => Xunit.Assert.Equal(Untouched, value));
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}
