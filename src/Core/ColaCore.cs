using CoLA.Core.Adapters.Resident;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Fairness;
using CoLA.Core.Inference;
using CoLA.Core.Jobs;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Residency;
using CoLA.Core.Similarity;
using CoLA.Core.Telemetry;
using CoLA.Core.Training.Passes;
using CoLA.Core.Training.Sessions;

namespace CoLA.Core;

/// <summary>
/// The whole system without its network edge: one base model, one engine, one data directory, and the front doors of the
/// rooms. What is opened here is closed here.
/// </summary>
public sealed class ColaCore : IAsyncDisposable
{
    private readonly DataDirectory _data;
    private readonly Engine.Engine _engine;
    private readonly AdapterBank _bank;
    private readonly SessionHost _live;
    private readonly ColaTelemetry? _ownTelemetry;

    /// <param name="model">Closed with this, also where this cannot be made.</param>
    /// <param name="data">Closed with this, also where this cannot be made.</param>
    /// <param name="options">The operator's settings.</param>
    /// <param name="time">The clock.</param>
    /// <param name="telemetry">Null for instruments of its own.</param>
    private ColaCore(BaseModel model, DataDirectory data, ColaOptions options, TimeProvider time, ColaTelemetry? telemetry)
    {
        Model = model;
        _data = data;
        try
        {
            telemetry ??= _ownTelemetry = new ColaTelemetry();
            telemetry.Rows.Model = model.Identity.Name;
            var isHost = model.Language.Device.type == TorchSharp.DeviceType.CPU;
            _bank = new AdapterBank(
                model.Language, isHost ? options.Adapters with { HostMemory = 0 } : options.Adapters, telemetry.Adapters, () => _engine!.Wake());
            var counters = new VirtualCounters();
            var queue = new TrainingQueue(model.Language, counters, options.Training, telemetry.Engine, time);
            _engine = new Engine.Engine(model.Language, options.Engine, telemetry.Engine, _bank, counters, queue);
            Pools = new PoolCatalog(data.Ledger, model.Identity, new PoolMaker(model.Language, _engine, data.Artifacts).MakeAsync);
            Tasks = new TaskCatalog(data.Ledger, model.Identity, data.Changes);
            var sessions = new SessionCatalog(data.Ledger, model.Identity, data.Ownership);
            var memory = new SessionMemory(
                _engine, data.Evicted, isHost ? options.Sessions with { HostMemory = 0 } : options.Sessions, telemetry.Sessions);
            var loader = new SessionLoader(_engine, data.Artifacts, memory);
            _live = new SessionHost(sessions, loader, memory, time, options.Sessions.Expiry);
            var renewal = new AdapterRenewal(Tasks, data.Artifacts, _engine, _bank);
            Sessions = new TrainingSessions(_live, sessions, data.Artifacts, _engine, loader, renewal);
            Steps = new TrainingSteps(_live, _engine, queue, loader, model, options.Training, telemetry.Tokens);
            var sources = new RowSources(Tasks, data.Artifacts, new WorkingCopies(sessions, Tasks, _live, loader, _engine, data.Artifacts));
            Generation = new Generation(model, sources, _engine, telemetry);
            Scoring = new Scoring(model, sources, _engine, _bank, options.Training, telemetry.Tokens);
            var pinned = new PinnedTasks([.. options.Residency.PinnedTasks.Select(name => TaskName.Parse(name))], Tasks, data.Artifacts, _engine, _bank);
            Jobs = new TrainingJobs(data.Ledger, data.Artifacts, data.Ownership, model, options.Jobs, Sessions, Steps, sessions, time);
            data.Changes.Announced += pinned.Refresh;
            pinned.Refresh();
            Similar = new SimilarTasks(model, Pools, Tasks, data.Artifacts, _engine, _bank, options.Training, telemetry.Tokens);
        }
        catch
        {
            CloseAsync().GetAwaiter().GetResult(); // nothing runs yet: it completes at once
            throw;
        }
    }

    public BaseModel Model { get; }

    internal Engine.Engine Engine => _engine;

    internal DataDirectory Data => _data;

    internal SessionHost Live => _live;

    public PoolCatalog Pools { get; }

    public TaskCatalog Tasks { get; }

    public TrainingSessions Sessions { get; }

    public TrainingSteps Steps { get; }

    public TrainingJobs Jobs { get; }

    public Generation Generation { get; }

    public Scoring Scoring { get; }

    public SimilarTasks Similar { get; }

    /// <summary>Loads the base model, opens the data directory, which is made if it is not there, and continues its unfinished jobs.</summary>
    /// <param name="options">The operator's settings.</param>
    /// <param name="time">The clock.</param>
    /// <param name="telemetry">Whom to tell what goes on; it stays the caller's. Null for instruments of its own.</param>
    /// <exception cref="Rejections.Rejection">The model, the device or the directory cannot be used; the message says why.</exception>
    public static Task<ColaCore> OpenAsync(ColaOptions options, TimeProvider time, ColaTelemetry? telemetry = null) =>
        OpenAsync(options, time, telemetry, core => core.Jobs.RestoreAsync());

    /// <summary>As <see cref="OpenAsync(ColaOptions, TimeProvider, ColaTelemetry?)"/>, for a caller that cannot await it.</summary>
    /// <inheritdoc cref="OpenAsync(ColaOptions, TimeProvider, ColaTelemetry?)"/>
    public static ColaCore Open(ColaOptions options, TimeProvider time, ColaTelemetry? telemetry = null) =>
        OpenAsync(options, time, telemetry).GetAwaiter().GetResult();

    /// <param name="options">The operator's settings.</param>
    /// <param name="time">The clock.</param>
    /// <param name="telemetry">Null for instruments of its own.</param>
    /// <param name="start">The last step of the opening. Where it fails, everything that was opened is closed.</param>
    internal static async Task<ColaCore> OpenAsync(ColaOptions options, TimeProvider time, ColaTelemetry? telemetry, Func<ColaCore, Task> start)
    {
        // The directory first: a server that runs already is found out before the model is loaded a second time.
        var directory = await DataDirectory.OpenAsync(options.DataDirectory, time).ConfigureAwait(false);
        BaseModel model;
        try
        {
            model = BaseModel.Load(options.Model.Path, options.Model.Device, options.Model.Quantization, options.Model.UseKernels);
        }
        catch
        {
            directory.Dispose();
            throw;
        }

        var core = new ColaCore(model, directory, options, time, telemetry);
        try
        {
            await start(core).ConfigureAwait(false);
            return core;
        }
        catch
        {
            await core.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends what runs and closes everything; callers that wait for an answer get a rejection.</summary>
    public async ValueTask DisposeAsync()
    {
        await Jobs.DisposeAsync().ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
    }

    // The engine before what its thread works with. Where the constructor has failed, some of it was never made.
    private async Task CloseAsync()
    {
        _engine?.Dispose();
        if (_live is not null)
        {
            await _live.DisposeAsync().ConfigureAwait(false);
        }

        _bank?.Dispose();
        Model.Dispose();
        _data.Dispose();
        _ownTelemetry?.Dispose();
    }
}
