using CoLA.Core.Adapters.Resident;
using CoLA.Core.Engine;
using CoLA.Core.Jobs;
using CoLA.Core.Model;
using CoLA.Core.Residency;
using CoLA.Core.Settings;
using CoLA.Core.Training.Passes;
using CoLA.Core.Training.Sessions;

namespace CoLA.Core;

/// <summary>The operator's settings of everything but the network, grouped by the rooms that use them.</summary>
public record ColaOptions
{
    public ModelOptions Model { get; init; } = new();

    [Setting("--data", "Directory of everything that lasts; made where it is not there", ValueName = "DIR", Default = "cola-data")]
    public string DataDirectory { get; set; } = "";

    public EngineOptions Engine { get; init; } = new();

    public AdapterBankOptions Adapters { get; init; } = new();

    public ResidencyOptions Residency { get; init; } = new();

    public PassOptions Training { get; init; } = new();

    public SessionOptions Sessions { get; init; } = new();

    public JobOptions Jobs { get; init; } = new();
}
