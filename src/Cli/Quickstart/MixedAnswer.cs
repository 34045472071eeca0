using CoLA.Client.Inference;
using CoLA.Core.Data;

namespace CoLA.Cli.Quickstart;

/// <summary>One row of the mixed batch.</summary>
/// <param name="Source">A task, or the base.</param>
/// <param name="Item">What was asked.</param>
/// <param name="Answer">What was generated.</param>
internal sealed record MixedAnswer(string Source, DataItem Item, GeneratedRow Answer);
