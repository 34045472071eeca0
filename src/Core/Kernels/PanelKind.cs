namespace CoLA.Core.Kernels;

/// <summary>How a panel's values are stored.</summary>
internal enum PanelKind
{
    /// <summary>(in, 16) float32.</summary>
    Float,
}
