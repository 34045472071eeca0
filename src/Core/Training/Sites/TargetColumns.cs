namespace CoLA.Core.Training.Sites;

/// <summary>The columns of an adapted target in the base's product at a site.</summary>
/// <param name="Column">The first of them.</param>
/// <param name="Width">How many.</param>
internal readonly record struct TargetColumns(int Column, int Width);
