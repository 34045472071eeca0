namespace CoLA.Core.Jobs;

/// <summary>Where some of a job's examples come from.</summary>
public abstract record JobSource;
