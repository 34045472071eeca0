using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace CoLA.Core.Kernels;

/// <summary>
/// The threads that run kernel jobs on the CPU: the calling thread and its helpers. A decoding step runs hundreds of jobs
/// of about ten microseconds, so helpers spin while they wait for the next job and sleep only after a longer pause. Threads
/// take chunks one by one: a thread that the system suspends for a moment does not delay the others.
/// </summary>
internal sealed unsafe class KernelTeam : IDisposable
{
    /// <summary>Checks for work before a helper goes to sleep: about twenty microseconds.</summary>
    private const int Spins = 1500;

    private readonly Thread[] _helpers;
    private readonly SemaphoreSlim _wake = new(0);
    private delegate*<void*, int, void> _run;
    private void* _job;

    /// <summary>Chunks of the job that no thread has taken yet.</summary>
    private Padded _untaken;

    /// <summary>Chunks of the job that are not finished yet.</summary>
    private Padded _unfinished;

    private Padded _asleep;
    private volatile bool _stopping;

    /// <param name="threads">The number of threads, the caller's included; at least 1.</param>
    public KernelTeam(int threads)
    {
        Threads = threads;
        _helpers = [.. Enumerable.Range(1, threads - 1).Select(at => new Thread(Help) { IsBackground = true, Name = $"CoLA kernel {at}" })];
        foreach (var helper in _helpers)
        {
            helper.Start();
        }
    }

    /// <summary>Whether the processor has the instructions that the kernels use: AVX2 and fused multiply-add (FMA).</summary>
    public static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    /// <summary>The number of threads, the caller's included.</summary>
    public int Threads { get; }

    /// <summary>The number of helpers that are asleep.</summary>
    public int Asleep => Volatile.Read(ref _asleep.Value);

    /// <summary>Runs all chunks of <paramref name="job"/> and returns when they are finished. One thread at a time may call it.</summary>
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

        // Helpers read these fields only after they have taken a chunk, and there is none before _untaken is written.
        _run = &Call<TJob>;
        _job = Unsafe.AsPointer(ref job); // on the caller's stack, which stays in place until all chunks are finished
        Volatile.Write(ref _unfinished.Value, chunks);
        Volatile.Write(ref _untaken.Value, chunks);
        Interlocked.MemoryBarrier();
        if (Asleep is var asleep and > 0)
        {
            _wake.Release(asleep);
        }

        Take();
        while (Volatile.Read(ref _unfinished.Value) > 0)
        {
            Thread.SpinWait(1);
        }
    }

    /// <summary>
    /// Calls <paramref name="work"/> for 0 .. count - 1 and returns when all calls have ended. For work that takes long
    /// compared with a delegate call.
    /// </summary>
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

    /// <summary>Runs products that do not depend on one another, as one job.</summary>
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

    /// <summary>Takes and runs chunks until none is left. The job stays in place while any of its chunks is unfinished.</summary>
    private void Take()
    {
        while (Volatile.Read(ref _untaken.Value) is var untaken and > 0)
        {
            if (Interlocked.CompareExchange(ref _untaken.Value, untaken - 1, untaken) == untaken)
            {
                _run(_job, untaken - 1);
                Interlocked.Decrement(ref _unfinished.Value);
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

    /// <summary>
    /// Sleeps until there is work. The helper counts itself as asleep first and then checks for chunks once more, because the
    /// caller publishes its chunks first and then counts the sleepers: so no wake-up is lost.
    /// </summary>
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

    /// <summary>A number that shares its cache line with no other, so that threads do not contend for the line.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Padded
    {
        [FieldOffset(64)]
        public int Value;
    }
}
