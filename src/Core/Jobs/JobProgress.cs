namespace CoLA.Core.Jobs;

/// <summary>How far a job has come.</summary>
/// <param name="Step">The last step that the job has taken.</param>
/// <param name="Tokens">Tokens that went through the base model in its steps.</param>
/// <param name="CheckpointStep">The step from which a restart continues.</param>
/// <param name="BestStep">The step of the lowest held-out loss; null before the first evaluation.</param>
/// <param name="BestLoss">That loss.</param>
/// <param name="SinceBest">Evaluations since that step.</param>
public sealed record JobProgress(int Step = 0, long Tokens = 0, int CheckpointStep = 0, int? BestStep = null, double? BestLoss = null, int SinceBest = 0)
{
    /// <summary>The progress after one more event.</summary>
    internal JobProgress After(JobEvent news) => news switch
    {
        JobStep step => this with { Step = step.Step, Tokens = Tokens + step.Tokens },
        JobEvaluation { IsBest: true } best => this with { BestStep = best.Step, BestLoss = best.Loss, SinceBest = 0 },
        JobEvaluation => this with { SinceBest = SinceBest + 1 },
        _ => this,
    };
}
