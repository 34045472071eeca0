using System.Diagnostics;

namespace CoLA.Bench.Measures;

/// <summary>The most memory that was resident at one time, as the operating system keeps count of it.</summary>
internal static class PeakMemory
{
    private const string Counters = "/proc/self/clear_refs";
    private const string PeakResident = "5"; // proc(5)

    /// <summary>Megabytes since the count last began.</summary>
    public static double Megabytes
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64 / 1e6;
        }
    }

    /// <summary>Begins anew, where the system can (Linux); elsewhere the count is of the whole process.</summary>
    public static void Restart()
    {
        if (File.Exists(Counters))
        {
            File.WriteAllText(Counters, PeakResident);
        }
    }
}
