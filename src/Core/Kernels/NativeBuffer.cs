using System.Numerics;
using System.Runtime.InteropServices;

namespace CoLA.Core.Kernels;

/// <summary>Memory that a step writes anew each time: it grows to what the largest step needs and is used again.</summary>
internal sealed unsafe class NativeBuffer<T> : IDisposable
    where T : unmanaged
{
    private const int Alignment = 64;

    private nuint _capacity;

    public T* Start { get; private set; }

    /// <summary>Room for <paramref name="count"/> elements, with anything in it; what was returned before is gone.</summary>
    public T* Of(long count)
    {
        if ((nuint)count > _capacity)
        {
            NativeMemory.AlignedFree(Start);
            _capacity = BitOperations.RoundUpToPowerOf2((nuint)count);
            Start = (T*)NativeMemory.AlignedAlloc(_capacity * (nuint)sizeof(T), Alignment);
        }

        return Start;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(Start);
        Start = null;
        _capacity = 0;
    }
}
