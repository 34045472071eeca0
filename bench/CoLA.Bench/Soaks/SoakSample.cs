namespace CoLA.Bench.Soaks;

/// <summary>The server's state at one moment.</summary>
/// <param name="Seconds">Since the beginning.</param>
/// <param name="TokensPerSecond">Since the sample before.</param>
/// <param name="LiveTensors">Of the whole process, at least, since the sample before.</param>
/// <param name="Resident">Bytes of the process.</param>
/// <param name="Managed">Bytes of the managed heap.</param>
/// <param name="KeyValueBlocks">Blocks of keys and values that rows hold.</param>
/// <param name="Adapters">Bytes of folded adapters on the device: what may fill up to its limit, and is no leak.</param>
internal sealed record SoakSample(double Seconds, double TokensPerSecond, long LiveTensors, long Resident, long Managed, long KeyValueBlocks, long Adapters);
