using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace CoLA.Core.Kernels;

/// <summary>
/// The threads that compute a decoding step on the CPU: the caller's own and some helpers. A step has hundreds of regions
/// of some ten microseconds, so helpers spin for the next one and sleep only when none comes for a while. Chunks are taken
/// one by one, so that a thread that the system takes off its core for a moment does not hold the others up.
/// </summary>
internal sealed unsafe class KernelTeam : IDisposable
{
    /// <summary>Looks at the ticket before a helper goes to sleep: some twenty microseconds.</summary>
    private const int Spins = 1500;

    private readonly Thread[] _helpers;
    private readonly SemaphoreSlim _wake = new(0);
    private delegate*<void*, int, void> _run;
    private void* _job;

    /// <summary>Chunks of the job that nobody has taken yet.</summary>
    private Padded _untaken;

    /// <summary>Chunks of the job that are not done yet.</summary>
    private Padded _undone;

    private Padded _asleep;
    private volatile bool _stopping;

    /// <param name="threads">At least 1, the caller included.</param>
    public KernelTeam(int threads)
    {
        Threads = threads;
        _helpers = [.. Enumerable.Range(1, threads - 1).Select(at => new Thread(Help) { IsBackground = true, Name = $"CoLA kernel {at}" })];
        foreach (var helper in _helpers)
        {
            helper.Start();
        }
    }

    /// <summary>Whether the processor has what the kernels are written for: AVX2 with fused multiplication and addition.</summary>
    public static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    public int Threads { get; }

    /// <summary>Helpers that wait for work without using their core.</summary>
    public int Asleep => Volatile.Read(ref _asleep.Value);

    /// <summary>Runs all chunks of <paramref name="job"/> and returns when they are done; from one thread at a time.</summary>
    public void Run<TJob>(ref TJob job, int chunks)
        where TJob : unmanaged, IKernelJob
    {
        if (chunks <= 1 || _helpers.Length == 0)
        {
            for (var chunk = 0; chunk < chunks; chunk++)
            {
                job.Run(chunk);
            }

            return;
        }

        // Nobody reads these before a chunk is taken, and chunks are there only from the last line on.
        _run = &Call<TJob>;
        _job = Unsafe.AsPointer(ref job); // on the caller's stack, which stands still until all is done
        Volatile.Write(ref _undone.Value, chunks);
        Volatile.Write(ref _untaken.Value, chunks);
        Interlocked.MemoryBarrier();
        if (Asleep is var asleep and > 0)
        {
            _wake.Release(asleep);
        }

        Take();
        while (Volatile.Read(ref _undone.Value) > 0)
        {
            Thread.SpinWait(1);
        }
    }

    /// <summary>Calls <paramref name="work"/> for 0 .. count - 1, and returns when all is done: for regions that are long beside a delegate.</summary>
    public void For(int count, Action<int> work)
    {
        var handle = GCHandle.Alloc(work);
        try
        {
            var job = new DelegateJob { Work = handle };
            Run(ref job, count);
        }
        finally
        {
            handle.Free();
        }
    }

    /// <summary>Products that do not depend on one another, as one region.</summary>
    public void Run(List<StridedProduct> products)
    {
        var ends = new int[products.Count];
        var chunks = 0;
        for (var at = 0; at < ends.Length; at++)
        {
            ends[at] = chunks += products[at].Chunks;
        }

        For(chunks, chunk =>
        {
            var at = Array.BinarySearch(ends, chunk + 1);
            at = at < 0 ? ~at : at;
            products[at].Run(chunk - (at == 0 ? 0 : ends[at - 1]));
        });
    }

    public void Dispose()
    {
        _stopping = true;
        _wake.Release(Threads);
        foreach (var helper in _helpers)
        {
            helper.Join();
        }

        _wake.Dispose();
    }

    private static void Call<TJob>(void* job, int chunk)
        where TJob : unmanaged, IKernelJob => Unsafe.AsRef<TJob>(job).Run(chunk);

    /// <summary>Takes chunks for as long as there are any. A chunk that was taken keeps its job in place until it is done.</summary>
    private void Take()
    {
        while (Volatile.Read(ref _untaken.Value) is var untaken and > 0)
        {
            if (Interlocked.CompareExchange(ref _untaken.Value, untaken - 1, untaken) == untaken)
            {
                _run(_job, untaken - 1);
                Interlocked.Decrement(ref _undone.Value);
            }
        }
    }

    private void Help()
    {
        var spins = 0;
        while (!_stopping)
        {
            if (Volatile.Read(ref _untaken.Value) > 0)
            {
                Take();
                spins = 0;
            }
            else if (++spins < Spins)
            {
                Thread.SpinWait(1);
            }
            else
            {
                Sleep();
                spins = 0;
            }
        }
    }

    /// <summary>Says that it sleeps, then looks once more: the caller looks for sleepers after it has put its chunks out.</summary>
    private void Sleep()
    {
        Interlocked.Increment(ref _asleep.Value);
        if (Volatile.Read(ref _untaken.Value) == 0 && !_stopping)
        {
            _wake.Wait();
        }

        Interlocked.Decrement(ref _asleep.Value);
    }

    private struct DelegateJob : IKernelJob
    {
        public GCHandle Work;

        public readonly void Run(int chunk) => ((Action<int>)Work.Target!)(chunk);
    }

    /// <summary>A number on a cache line of its own.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Padded
    {
        [FieldOffset(64)]
        public int Value;
    }
}
