using Microsoft.Win32.SafeHandles;

namespace CoLA.Cli.Rendering;

/// <summary>
/// Standard output where it is a pipe. The console's own stream is silent about a reader that has gone, as <c>head</c> goes
/// when it has seen enough, and a command that has more to say would go on for nobody.
/// </summary>
internal static class OutputPipe
{
    private const int StandardOutput = 1;

    /// <summary>EPIPE of Linux and macOS.</summary>
    private const int NoReader = 32;

    /// <summary>What tells when nobody reads it any more; null where standard output is no pipe, and on Windows.</summary>
    public static TextWriter? Open()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
        {
            return null;
        }

        // Files stay with the console: they may be shared with standard error, and a stream that can seek counts its own position.
        var stream = new FileStream(new SafeFileHandle(StandardOutput, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return stream.CanSeek ? null : new StreamWriter(stream, Console.OutputEncoding) { AutoFlush = true };
    }

    /// <summary>Whether this is what writing to nobody throws.</summary>
    public static bool HasNoReader(Exception exception) => !OperatingSystem.IsWindows() && exception is IOException { HResult: NoReader };
}
