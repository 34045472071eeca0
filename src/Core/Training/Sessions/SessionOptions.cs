using CoLA.Core.Settings;

namespace CoLA.Core.Training.Sessions;

/// <summary>How long sessions stay open, and how much memory they may take.</summary>
public sealed record SessionOptions
{
    [Setting(
        "--session-expiry", "How long a training session may be idle before it lets go of its tasks", Least = 1, Most = 365 * 24 * 3600,
        Advice = "an hour frees what was forgotten and allows for pauses")]
    public TimeSpan Expiry { get; set; } = TimeSpan.FromHours(1);

    [Setting(
        "--training-memory",
        "Memory of the device for training sessions; beyond it, those called least recently wait in host memory or on disk",
        Least = 1 << 20, Advice = "a session cannot train without its weights")]
    public long Memory { get; set; } = 4L << 30;

    [Setting(
        "--host-training-memory",
        "Host memory for training sessions that left a device with memory of its own, beyond it they go to disk; not used on the CPU",
        Least = 0, Advice = "0 sends to the disk what leaves the device")]
    public long HostMemory { get; set; } = 8L << 30;
}
