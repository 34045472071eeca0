using CoLA.Core.Settings;

namespace CoLA.Core.Residency;

/// <summary>Which adapters always stay on the device.</summary>
public sealed record ResidencyOptions
{
    [Setting(
        "--pin", "Task whose served version stays on the device, tenants/TENANT/tasks/TASK; it may be registered later; repeatable",
        ValueName = "TASK", Default = "none")]
    public IReadOnlyList<string> PinnedTasks { get; set; } = [];
}
