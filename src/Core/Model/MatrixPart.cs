namespace CoLA.Core.Model;

/// <summary>A checkpoint's weight (out, in) that is a matrix, or the columns of one.</summary>
internal readonly record struct MatrixPart(string Name, long Out, long In);
