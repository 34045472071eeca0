using System.ComponentModel;
using System.Runtime.InteropServices;

namespace CoLA.Core.Artifacts;

/// <summary>
/// Makes a rename last: on POSIX the new name is on the disk only when its directory was flushed. .NET opens no
/// directories, so this asks the C library. Windows journals renames and needs nothing.
/// </summary>
internal static class DirectorySync
{
    private const int ReadOnly = 0;

    // EINVAL: some network file systems flush no directories.
    private const int NotForDirectories = 22;

    /// <exception cref="IOException">The directory could not be flushed.</exception>
    public static void Flush(string directory)
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
}
