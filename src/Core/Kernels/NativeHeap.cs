using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CoLA.Core.Kernels;

/// <summary>
/// Returns memory that libtorch has freed to the system. The C library keeps free memory that lies between blocks in use.
/// Adapters and sessions of many sizes come and go, so this memory grows: by half a megabyte per second under full load.
/// </summary>
internal static partial class NativeHeap
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private static long _last;
    private static volatile bool _isAbsent = !OperatingSystem.IsLinux();

    /// <summary>Call it after freeing something large. Trims the heap on another thread, at most once in ten seconds.</summary>
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
            // Not every C library has this function; musl does not.
            _isAbsent = true;
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint pad);
}
