using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CoLA.Core.Model;

/// <summary>How libtorch's own threads wait, which has to be settled before libtorch is loaded.</summary>
internal static partial class OpenMp
{
    /// <summary>
    /// After each operation libtorch's idle threads would spin for some milliseconds, on the cores that the kernels' threads
    /// need. With a limit of zero they sleep at once. What the operator has set himself stays.
    /// </summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "It has to run before anything in this assembly can load libtorch.")]
    internal static void SleepWhenIdle()
    {
        if (OperatingSystem.IsLinux())
        {
            // The process's own environment: .NET's would not reach a native library. 0: what is set already stays.
            _ = SetEnvironment("GOMP_SPINCOUNT", "0", 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
