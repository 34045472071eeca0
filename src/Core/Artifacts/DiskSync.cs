using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CoLA.Core.Artifacts;

/// <summary>Flushes to the disk that .NET has no methods for, by way of the C library.</summary>
internal static class DiskSync
{
    private const int ReadOnly = 0;

    private const uint BeginWriting = 2; // SYNC_FILE_RANGE_WRITE

    // EINVAL: some network file systems flush no directories.
    private const int NotForDirectories = 22;

    /// <summary>
    /// Makes new names of files in a directory survive a crash: on POSIX a name is on the disk when its directory was flushed.
    /// Windows keeps a journal of renames and needs no flush.
    /// </summary>
    /// <exception cref="IOException">The directory could not be flushed.</exception>
    public static void FlushDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(directory, ReadOnly);
        if (descriptor < 0)
        {
            throw Failure(directory);
        }

        try
        {
            if (Synchronise(descriptor) != 0 && Marshal.GetLastPInvokeError() != NotForDirectories)
            {
                throw Failure(directory);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Lets the disk begin to take what was just written, so that a later flush waits less. Linux only; elsewhere it does nothing.</summary>
    public static void Begin(SafeFileHandle file, long offset, long bytes)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SynchroniseRange(file, offset, bytes, BeginWriting);
        }
    }

    private static IOException Failure(string directory)
    {
        var cause = new Win32Exception(Marshal.GetLastPInvokeError());
        return new IOException($"{directory} could not be flushed to the disk: {cause.Message}", cause);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Synchronise(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);

    [DllImport("libc", EntryPoint = "sync_file_range")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SynchroniseRange(SafeFileHandle file, long offset, long bytes, uint flags);
}
