namespace CoLA.Core.Model;

/// <summary>A weight (out, in) of the checkpoint that becomes a matrix, or some of the columns of one.</summary>
internal readonly record struct MatrixPart(string Name, long Out, long In);
