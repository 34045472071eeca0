using CoLA.Core.Settings;

namespace CoLA.Core.Adapters.Resident;

/// <summary>How much memory adapters may take.</summary>
public sealed record AdapterBankOptions
{
    [Setting(
        "--adapter-memory", "Memory of the device for folded adapters and the pools under them; what rows use stays even above it", Least = 1 << 20,
        Advice = "a task cannot be served without its adapter")]
    public long Memory { get; set; } = 1L << 30;

    [Setting(
        "--host-adapter-memory", "Host memory for folded adapters that left a device with memory of its own; not used on the CPU", Least = 0,
        Advice = "0 keeps nothing there")]
    public long HostMemory { get; set; } = 4L << 30;
}
