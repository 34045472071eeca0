namespace CoLA.Core.Training.Passes;

/// <summary>One optimizer's step.</summary>
/// <param name="Step">Steps taken so far, this one included.</param>
/// <param name="LearningRate">The rate used, schedule included.</param>
/// <param name="GradientNorm">Euclidean norm before clipping.</param>
public sealed record OptimizerStepReport(long Step, double LearningRate, double GradientNorm);
