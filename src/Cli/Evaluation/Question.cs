using CoLA.Core.Data;
using CoLA.V1;

namespace CoLA.Cli.Evaluation;

/// <summary>One item that one source is judged on.</summary>
/// <param name="Source">What answers.</param>
/// <param name="Item">With a judgement.</param>
internal sealed record Question(Source Source, DataItem Item);
