namespace CoLA.Core.Adapters.Resident;

/// <summary>The memory limits of an <see cref="AdapterBank"/>.</summary>
/// <param name="Memory">Bytes on the device for adapters, pools and derived tensors. Adapters that rows use stay even above the limit.</param>
/// <param name="HostMemory">Bytes of folded heads in host memory, for adapters that left the device; 0 where the device's memory is the host's.</param>
internal sealed record AdapterBankOptions(long Memory, long HostMemory);
