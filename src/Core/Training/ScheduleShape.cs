namespace CoLA.Core.Training;

/// <summary>What follows the warm-up.</summary>
public enum ScheduleShape
{
    Constant,
    Linear,
    Cosine,
}
