using CoLA.Core.Data.Examples;
using CoLA.Core.Naming;

namespace CoLA.Core.Training.Examples;

/// <summary>An example, and whose heads it is to move.</summary>
public sealed record TrainingExample(TaskName Task, Example Content);
