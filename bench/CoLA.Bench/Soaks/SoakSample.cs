namespace CoLA.Bench.Soaks;

/// <summary>The server's state at one moment.</summary>
/// <param name="Seconds">Since the beginning.</param>
/// <param name="TokensPerSecond">Since the sample before.</param>
/// <param name="LiveTensors">Of the whole process, the least since the sample before.</param>
/// <param name="Resident">Bytes of the process.</param>
/// <param name="Managed">Bytes of the managed heap.</param>
internal sealed record SoakSample(double Seconds, double TokensPerSecond, long LiveTensors, long Resident, long Managed);
