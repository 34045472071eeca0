namespace CoLA.Core.Configuration;

/// <summary>How rotary frequencies are stretched for contexts longer than the model was first trained on.</summary>
public abstract record RopeScaling;
