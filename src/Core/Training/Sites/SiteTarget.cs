namespace CoLA.Core.Training.Sites;

/// <summary>An adapted target of a site.</summary>
/// <param name="Column">Its first column in the base's product.</param>
/// <param name="Width">Its columns.</param>
internal readonly record struct SiteTarget(int Column, int Width);
