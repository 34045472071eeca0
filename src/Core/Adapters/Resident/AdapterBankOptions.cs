namespace CoLA.Core.Adapters.Resident;

/// <summary>What the bank may hold.</summary>
/// <param name="Memory">Bytes on the device: adapters, pools and what is derived from them. What rows use stays even above it.</param>
/// <param name="HostMemory">Bytes of folded heads in host memory, for adapters that left the device; 0 where the device's memory is the host's.</param>
internal sealed record AdapterBankOptions(long Memory, long HostMemory);
