namespace CoLA.Core.Training.Sessions;

/// <summary>What sessions may hold.</summary>
/// <param name="Memory">Bytes on the device; sessions that a call runs on stay even above it.</param>
/// <param name="HostMemory">Bytes in host memory of sessions that left the device; 0 where the device's memory is the host's.</param>
internal sealed record SessionMemoryOptions(long Memory, long HostMemory);
