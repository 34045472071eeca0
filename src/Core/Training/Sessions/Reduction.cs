namespace CoLA.Core.Training.Sessions;

/// <summary>What the gradient of a task's weighted sum is divided by.</summary>
public enum Reduction
{
    /// <summary>The task's weight in the call.</summary>
    Mean,

    /// <summary>1.</summary>
    Sum,
}
