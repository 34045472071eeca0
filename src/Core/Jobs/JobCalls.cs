using CoLA.Core.Catalog;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Passes;
using CoLA.Core.Training.Sessions;

namespace CoLA.Core.Jobs;

/// <summary>
/// The calls that a job makes to its training session; clients make the same. Each has a request id of the job's
/// own, the same after a restart, so a call that is repeated after a crash acts only once. Optimizer step k has sequence number k.
/// </summary>
internal sealed class JobCalls(JobName job, TrainingSessions sessions, TrainingSteps steps, SessionCatalog catalog)
{
    public async Task<SessionName> OpenAsync(OpenSessionSpec spec, CancellationToken cancellation) =>
        (await sessions.OpenAsync(Mutation("open"), spec, cancellation).ConfigureAwait(false)).Session.Name;

    /// <summary>The step at which the session stands; this loads its tensors.</summary>
    public async Task<int> GetStepAsync(SessionName session, CancellationToken cancellation) =>
        (int)(await sessions.GetAsync(job.Tenant, session, cancellation).ConfigureAwait(false)).NextSequence - 1;

    /// <summary>The step of the last saved state; -1 if there is none.</summary>
    public async Task<int> LastSavedAsync(SessionName session, CancellationToken cancellation) =>
        (int)(await catalog.ListStatesAsync(job.Tenant, session, cancellation).ConfigureAwait(false) is [.., var last] ? last.Sequence : -1);

    public Task<StepReport> StepAsync(SessionName session, int step, IReadOnlyList<TrainingExample> examples, CancellationToken cancellation) =>
        steps.TrainStepAsync(new NumberedCall(job.Tenant, session, step, []), new BatchSpec(examples), cancellation);

    public Task<LossReport> EvaluateAsync(SessionName session, IReadOnlyList<TrainingExample> examples, CancellationToken cancellation) =>
        steps.EvaluateAsync(job.Tenant, session, new BatchSpec(examples), cancellation);

    /// <summary>Saves the session after a step. Of the earlier states, only that of the best step is kept.</summary>
    public async Task SaveAsync(SessionName session, int step, int? best, CancellationToken cancellation)
    {
        await sessions.SaveStateAsync(Mutation($"save-{step}"), session, step, cancellation).ConfigureAwait(false);
        var states = await catalog.ListStatesAsync(job.Tenant, session, cancellation).ConfigureAwait(false);
        var kept = states.Where(state => state.Sequence == best).Select(state => state.Name.Number).ToHashSet();
        await catalog.DropStatesAsync(job.Tenant, session, kept, cancellation).ConfigureAwait(false);
    }

    /// <summary>Returns to the saved state of a step.</summary>
    public async Task LoadAsync(SessionName session, int step, CancellationToken cancellation)
    {
        var states = await catalog.ListStatesAsync(job.Tenant, session, cancellation).ConfigureAwait(false);
        await sessions.LoadStateAsync(Mutation("load"), states.Single(state => state.Sequence == step).Name, cancellation).ConfigureAwait(false);
    }

    public Task<Publication> PublishAsync(SessionName session, JobPlan plan, CancellationToken cancellation) =>
        sessions.PublishAsync(Mutation("publish"), session, new PublishSpec { Serve = plan.Serve, MakeCurrent = plan.MakeCurrent }, cancellation);

    /// <summary>Closes the session; not an error if it is closed already.</summary>
    public async Task CloseAsync(SessionName session)
    {
        try
        {
            await sessions.CloseAsync(Mutation("close"), session, CancellationToken.None).ConfigureAwait(false);
        }
        catch (NotFoundRejection)
        {
        }
    }

    private Mutation Mutation(string call) => Catalog.Mutation.Of(job, call);
}
