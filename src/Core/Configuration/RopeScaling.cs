namespace CoLA.Core.Configuration;

/// <summary>How the rotary frequencies are scaled for contexts that are longer than the context of the first training.</summary>
public abstract record RopeScaling;
