namespace CoLA.Core.Data;

/// <summary>How an answer is judged right or wrong.</summary>
public abstract record Judgement;
