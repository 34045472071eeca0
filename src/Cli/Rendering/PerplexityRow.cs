using CoLA.Core.Model;
using CoLA.Models.Likelihood;

namespace CoLA.Cli.Rendering;

/// <summary>How well a model with its weights in one form predicts a text.</summary>
/// <param name="Weights">The form.</param>
/// <param name="Bytes">Memory of the weights.</param>
/// <param name="Text">What was measured.</param>
internal sealed record PerplexityRow(Quantization Weights, long Bytes, Perplexity Text);
