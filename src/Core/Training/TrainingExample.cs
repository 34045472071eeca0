using CoLA.Core.Data;
using CoLA.Core.Tenancy;

namespace CoLA.Core.Training;

/// <summary>An example, and whose heads it is to move.</summary>
public sealed record TrainingExample(TaskName Task, Example Content);
