using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Jobs;
using CoLA.Core.Model;
using CoLA.Core.Sequences;
using CoLA.Core.Training.Optimizers;
using CoLA.Core.Training.Sessions;

namespace CoLA.Server.Translation;

/// <summary>The contract's enumerations and Core's, side by side.</summary>
internal static class EnumTranslation
{
    public static readonly EnumPairs<V1.Target, Target> Targets = new(
        (V1.Target.Q, Target.Q),
        (V1.Target.K, Target.K),
        (V1.Target.V, Target.V),
        (V1.Target.O, Target.O),
        (V1.Target.Gate, Target.Gate),
        (V1.Target.Up, Target.Up),
        (V1.Target.Down, Target.Down));

    public static readonly EnumPairs<V1.Initialisation, Initialisation> Initialisations = new(
        (V1.Initialisation.Gaussian, Initialisation.Gaussian),
        (V1.Initialisation.Pissa, Initialisation.Pissa),
        (V1.Initialisation.PissaSlices, Initialisation.PissaSlices));

    public static readonly EnumPairs<V1.Visibility, PoolVisibility> Visibilities = new(
        (V1.Visibility.Private, PoolVisibility.Private),
        (V1.Visibility.Shared, PoolVisibility.Shared),
        (V1.Visibility.Public, PoolVisibility.Public));

    public static readonly EnumPairs<V1.Strategy, Strategy> Strategies = new(
        (V1.Strategy.Lora, Strategy.Lora),
        (V1.Strategy.Full, Strategy.Full),
        (V1.Strategy.Heuristic, Strategy.Heuristic),
        (V1.Strategy.HeuristicBalanced, Strategy.HeuristicBalanced),
        (V1.Strategy.Random, Strategy.Random),
        (V1.Strategy.RandomReversed, Strategy.RandomReversed),
        (V1.Strategy.MoeLora, Strategy.MoeLora),
        (V1.Strategy.HydraLora, Strategy.HydraLora),
        (V1.Strategy.Colora, Strategy.Colora),
        (V1.Strategy.Adalora, Strategy.Adalora));

    public static readonly EnumPairs<V1.Permission, Grants> Permissions = new(
        (V1.Permission.Generate, Grants.Generate),
        (V1.Permission.Train, Grants.Train),
        (V1.Permission.Publish, Grants.Publish),
        (V1.Permission.Lend, Grants.Lend));

    public static readonly EnumPairs<V1.ScheduleKind, ScheduleShape> Schedules = new(
        (V1.ScheduleKind.Constant, ScheduleShape.Constant),
        (V1.ScheduleKind.Linear, ScheduleShape.Linear),
        (V1.ScheduleKind.Cosine, ScheduleShape.Cosine));

    public static readonly EnumPairs<V1.Reduction, Reduction> Reductions = new(
        (V1.Reduction.Mean, Reduction.Mean),
        (V1.Reduction.Sum, Reduction.Sum));

    public static readonly EnumPairs<V1.JobState, JobState> JobStates = new(
        (V1.JobState.Queued, JobState.Queued),
        (V1.JobState.Running, JobState.Running),
        (V1.JobState.Publishing, JobState.Publishing),
        (V1.JobState.Succeeded, JobState.Succeeded),
        (V1.JobState.Failed, JobState.Failed),
        (V1.JobState.Cancelled, JobState.Cancelled));

    public static readonly EnumPairs<V1.FinishReason, FinishReason> FinishReasons = new(
        (V1.FinishReason.Stop, FinishReason.Stop),
        (V1.FinishReason.StopString, FinishReason.StopString),
        (V1.FinishReason.Length, FinishReason.Length),
        (V1.FinishReason.Failed, FinishReason.Failed));
}
