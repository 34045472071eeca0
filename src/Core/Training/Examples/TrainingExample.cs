using CoLA.Core.Data.Examples;
using CoLA.Core.Naming;

namespace CoLA.Core.Training.Examples;

/// <summary>An example, and the task that trains on it.</summary>
public sealed record TrainingExample(TaskName Task, Example Content);
