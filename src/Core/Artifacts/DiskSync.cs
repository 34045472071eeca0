using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CoLA.Core.Artifacts;

/// <summary>What .NET does not say to the disk, and the C library does.</summary>
internal static class DiskSync
{
    private const int ReadOnly = 0;

    private const uint BeginWriting = 2; // SYNC_FILE_RANGE_WRITE

    // EINVAL: some network file systems flush no directories.
    private const int NotForDirectories = 22;

    /// <summary>
    /// Makes a rename last: on POSIX the new name is on the disk only when its directory was flushed. Windows journals
    /// renames and needs nothing.
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

    /// <summary>
    /// Has the disk begin to take what was just written, so that a flush has less to wait for. Where the system cannot, the
    /// flush does it all.
    /// </summary>
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
