using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CoLA.Core.Kernels;

/// <summary>
/// Gives memory that libtorch has freed back to the system. The C library keeps what lies between blocks in use, and
/// adapters and sessions of all sizes that come and go leave ever more of it: half a megabyte a second under full load.
/// </summary>
internal static partial class NativeHeap
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private static long _last;
    private static volatile bool _isAbsent = !OperatingSystem.IsLinux();

    /// <summary>Something large was freed. Trims on another thread, at most every ten seconds.</summary>
    public static void TrimSoon()
    {
        var last = Volatile.Read(ref _last);
        if (!_isAbsent && (last == 0 || Stopwatch.GetElapsedTime(last) >= Pause)
            && Interlocked.CompareExchange(ref _last, Stopwatch.GetTimestamp(), last) == last)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static _ => Trim(), null);
        }
    }

    private static void Trim()
    {
        try
        {
            _ = Trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // A C library that has no such call, musl's for example.
            _isAbsent = true;
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint pad);
}
