using System.ComponentModel;
using System.Runtime.InteropServices;

namespace CoLA.Functional.Tests.Processes;

/// <summary>What .NET cannot send.</summary>
internal static class Signals
{
    private const int Terminate = 15;

    /// <summary>Asks a process to end, as <c>kill</c> and container runtimes do.</summary>
    public static void SendTerminate(int processId)
    {
        if (Kill(processId, Terminate) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
