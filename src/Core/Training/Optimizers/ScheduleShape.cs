namespace CoLA.Core.Training.Optimizers;

/// <summary>What follows the warm-up.</summary>
public enum ScheduleShape
{
    Constant,
    Linear,
    Cosine,
}
