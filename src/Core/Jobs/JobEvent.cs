using System.Text.Json.Serialization;

namespace CoLA.Core.Jobs;

/// <summary>What a job has to tell of itself, kept with it: its curve.</summary>
/// <param name="Step">The optimizer step after which it happened; 0 before the first.</param>
[JsonDerivedType(typeof(JobStep), "step")]
[JsonDerivedType(typeof(JobEvaluation), "evaluation")]
public abstract record JobEvent(int Step);
