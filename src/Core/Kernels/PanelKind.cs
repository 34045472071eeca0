namespace CoLA.Core.Kernels;

/// <summary>How a panel's values are stored.</summary>
internal enum PanelKind
{
    /// <summary>float32, (in, 16).</summary>
    Float,

    /// <summary><see cref="Int8Panel"/>: one scale for each column.</summary>
    Int8,

    /// <summary><see cref="Int4Panel"/>: a scale and a minimum for each column and group of 32 rows.</summary>
    Int4,
}
