namespace CoLA.Core.Jobs;

/// <summary>How far a job has come.</summary>
/// <param name="Step">The last step that it took.</param>
/// <param name="Tokens">Tokens that went through the base model in its steps.</param>
/// <param name="CheckpointStep">The step that a restart goes on from.</param>
/// <param name="BestStep">The step of the lowest held-out loss; null before the first evaluation.</param>
/// <param name="BestLoss">That loss.</param>
/// <param name="SinceBest">Evaluations since then.</param>
public sealed record JobProgress(int Step = 0, long Tokens = 0, int CheckpointStep = 0, int? BestStep = null, double? BestLoss = null, int SinceBest = 0)
{
    internal JobProgress After(JobEvent news) => news switch
    {
        JobStep step => this with { Step = step.Step, Tokens = Tokens + step.Tokens },
        JobEvaluation { IsBest: true } best => this with { BestStep = best.Step, BestLoss = best.Loss, SinceBest = 0 },
        JobEvaluation => this with { SinceBest = SinceBest + 1 },
        _ => this,
    };
}
