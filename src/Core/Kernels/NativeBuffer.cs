using System.Numerics;
using System.Runtime.InteropServices;

namespace CoLA.Core.Kernels;

/// <summary>Memory that each step overwrites. It grows to the size of the largest step and is reused.</summary>
internal sealed unsafe class NativeBuffer<T> : IDisposable
    where T : unmanaged
{
    private const int Alignment = 64;

    private nuint _capacity;

    /// <summary>The first element; null before the first call of <see cref="Of"/>.</summary>
    public T* Start { get; private set; }

    /// <summary>Memory for <paramref name="count"/> elements, aligned to 64 bytes, not initialised. Pointers returned earlier are no longer valid.</summary>
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
