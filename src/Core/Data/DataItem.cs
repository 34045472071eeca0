using CoLA.Core.Data.Examples;

namespace CoLA.Core.Data;

/// <summary>One item of a data set: what is trained on, and how an answer to it is judged.</summary>
/// <param name="Example">What a training step takes.</param>
/// <param name="Judgement">Null where there is nothing but the loss.</param>
/// <param name="Subject">The row of an accuracy table that the item counts for.</param>
public sealed record DataItem(Example Example, Judgement? Judgement, string Subject);
