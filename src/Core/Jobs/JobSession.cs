using CoLA.Core.Catalog;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Passes;
using CoLA.Core.Training.Sessions;

namespace CoLA.Core.Jobs;

/// <summary>
/// A job's calls to its training session: the same that a client would make, each under an id that follows from the job,
/// so that one whose reply a crash took is not done twice. One step is one sequence number.
/// </summary>
internal sealed class JobSession(JobName job, TrainingSessions sessions, TrainingSteps steps, SessionCatalog catalog)
{
    public async Task<SessionName> OpenAsync(OpenSessionSpec spec, CancellationToken cancellation) =>
        (await sessions.OpenAsync(Mutation("open"), spec, cancellation).ConfigureAwait(false)).Session.Name;

    /// <summary>The step that the session stands at; its tensors are made here.</summary>
    public async Task<int> StandAsync(SessionName session, CancellationToken cancellation) =>
        (int)(await sessions.GetAsync(job.Tenant, session, cancellation).ConfigureAwait(false)).NextSequence - 1;

    /// <summary>The last step that was saved; -1 for none.</summary>
    public async Task<int> LastSavedAsync(SessionName session, CancellationToken cancellation) =>
        (int)(await catalog.ListStatesAsync(job.Tenant, session, cancellation).ConfigureAwait(false) is [.., var last] ? last.Sequence : -1);

    public Task<StepReport> StepAsync(SessionName session, int step, IReadOnlyList<TrainingExample> examples, CancellationToken cancellation) =>
        steps.TrainStepAsync(new NumberedCall(job.Tenant, session, step, []), new BatchSpec(examples), cancellation);

    public Task<LossReport> EvaluateAsync(SessionName session, IReadOnlyList<TrainingExample> examples, CancellationToken cancellation) =>
        steps.EvaluateAsync(job.Tenant, session, new BatchSpec(examples), cancellation);

    /// <summary>Saves the session at a step. Of the states before, that of the best step is kept.</summary>
    public async Task SaveAsync(SessionName session, int step, int? best, CancellationToken cancellation)
    {
        await sessions.SaveStateAsync(Mutation($"save-{step}"), session, step, cancellation).ConfigureAwait(false);
        var states = await catalog.ListStatesAsync(job.Tenant, session, cancellation).ConfigureAwait(false);
        var kept = states.Where(state => state.Sequence == best).Select(state => state.Name.Number).ToHashSet();
        await catalog.DropStatesAsync(job.Tenant, session, kept, cancellation).ConfigureAwait(false);
    }

    /// <summary>Goes back to the weights of a step that was saved.</summary>
    public async Task LoadAsync(SessionName session, int step, CancellationToken cancellation)
    {
        var states = await catalog.ListStatesAsync(job.Tenant, session, cancellation).ConfigureAwait(false);
        await sessions.LoadStateAsync(Mutation("load"), states.Single(state => state.Sequence == step).Name, cancellation).ConfigureAwait(false);
    }

    public Task<Publication> PublishAsync(SessionName session, JobPlan plan, CancellationToken cancellation) =>
        sessions.PublishAsync(Mutation("publish"), session, new PublishSpec { Serve = plan.Serve, MakeCurrent = plan.MakeCurrent }, cancellation);

    /// <summary>Lets go of the tasks; not an error where the session is closed already.</summary>
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
