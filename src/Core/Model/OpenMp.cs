using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CoLA.Core.Model;

/// <summary>Sets how libtorch's own threads wait. It must run before libtorch is loaded.</summary>
internal static partial class OpenMp
{
    /// <summary>
    /// By default libtorch's idle threads spin for some milliseconds after each operation, on the cores that the kernels'
    /// threads need. With a spin count of zero they sleep at once. A value that the operator has set is kept.
    /// </summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "It has to run before anything in this assembly can load libtorch.")]
    internal static void SleepWhenIdle()
    {
        if (OperatingSystem.IsLinux())
        {
            // setenv changes the environment of the process; .NET's own method would not reach a native library. The last
            // argument, 0, keeps a value that is set already.
            _ = SetEnvironment("GOMP_SPINCOUNT", "0", 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
