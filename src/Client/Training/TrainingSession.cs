using CoLA.Client.Calls;
using CoLA.V1;

namespace CoLA.Client.Training;

/// <summary>
/// An open training session. It keeps the sequence number, so that a step that is sent again acts once: where a step
/// failed without the server's word on it (the connection was lost, the deadline passed), call
/// <c>StepAsync</c> again with the same examples. Not for several callers at once. Disposing closes the session.
/// </summary>
public sealed class TrainingSession : IAsyncDisposable
{
    private readonly TrainingService.TrainingServiceClient _service;
    private readonly Caller _caller;
    private readonly Lock _numbers = new();
    private bool _closed;

    internal TrainingSession(TrainingService.TrainingServiceClient service, Caller caller, Session session)
    {
        _service = service;
        _caller = caller;
        Name = session.Name;
        PoolVersion = session.PoolVersion;
        Tasks = session.Tasks;
        NextSequence = session.NextSequence;
    }

    /// <summary><c>sessions/SESSION</c></summary>
    public string Name { get; }

    /// <summary><c>pools/POOL/versions/VERSION</c> that the session started from.</summary>
    public string PoolVersion { get; }

    /// <summary>The session's tasks as they stood when it was opened, or when a state was last loaded.</summary>
    public IReadOnlyList<SessionTaskState> Tasks { get; private set; }

    /// <summary>The sequence number of the next step.</summary>
    public long NextSequence { get; private set; }

    /// <summary>One optimizer step of every task in the batch.</summary>
    /// <exception cref="ColaException">The server refused it, and nothing changed; or it could not be reached.</exception>
    public async Task<TrainStepResponse> StepAsync(IEnumerable<Example> examples, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var request = new TrainStepRequest { Session = Name, Sequence = NextSequence, Examples = { examples } };
        var response = await _caller.ComputeAsync(_service.TrainStepAsync, request, timeout, cancellationToken).ConfigureAwait(false);
        NextSequence = response.NextSequence;
        return response;
    }

    /// <summary>One optimizer step of every task in the batch, its losses made into gradients as <paramref name="objective"/> says.</summary>
    /// <exception cref="ColaException">The server refused it, and nothing changed; or it could not be reached.</exception>
    public async Task<TrainStepResponse> StepAsync(
        IEnumerable<Example> examples,
        Objective objective,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
    {
        var request = new TrainStepRequest { Session = Name, Sequence = NextSequence, Examples = { examples }, Objective = objective };
        var response = await _caller.ComputeAsync(_service.TrainStepAsync, request, timeout, cancellationToken).ConfigureAwait(false);
        NextSequence = response.NextSequence;
        return response;
    }

    /// <summary>Adds the gradients of the batch to those that wait for <see cref="OptimStepAsync"/>.</summary>
    /// <exception cref="ColaException">The server refused it, and nothing changed; or it could not be reached.</exception>
    public async Task<ForwardBackwardResponse> ForwardBackwardAsync(
        IEnumerable<Example> examples,
        Objective? objective = null,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
    {
        var request = new ForwardBackwardRequest { Session = Name, Sequence = NextSequence, Examples = { examples }, Objective = objective };
        var response = await _caller.ComputeAsync(_service.ForwardBackwardAsync, request, timeout, cancellationToken).ConfigureAwait(false);
        NextSequence = response.NextSequence;
        return response;
    }

    /// <summary>Applies the gradients that wait.</summary>
    /// <param name="request">Whose, and how; its session and number are set here. Null for all, as the session says.</param>
    /// <param name="timeout">Default: the client's for calls that compute.</param>
    /// <param name="cancellationToken">Gives up waiting; what the server has begun may still happen.</param>
    /// <exception cref="ColaException">The server refused it, and nothing changed; or it could not be reached.</exception>
    public async Task<OptimStepResponse> OptimStepAsync(
        OptimStepRequest? request = null,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
    {
        var own = request?.Clone() ?? new OptimStepRequest();
        own.Session = Name;
        own.Sequence = NextSequence;
        var response = await _caller.ComputeAsync(_service.OptimStepAsync, own, timeout, cancellationToken).ConfigureAwait(false);
        NextSequence = response.NextSequence;
        return response;
    }

    /// <summary>
    /// Asks the server where the session stands and goes on from there: after a stream broke, or where calls were made
    /// elsewhere. Calls below <see cref="NextSequence"/> were accepted, whether or not their replies have come.
    /// </summary>
    /// <exception cref="ColaException">The server refused it.</exception>
    public async Task RefreshAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var session = await _caller.ComputeAsync(
            _service.GetSessionAsync, new GetSessionRequest { Name = Name }, timeout, cancellationToken).ConfigureAwait(false);
        Tasks = session.Tasks;
        NextSequence = session.NextSequence;
    }

    /// <summary>Opens a stream for calls of this session. While it is open, numbered calls go through it and through nothing else.</summary>
    /// <param name="cancellationToken">Breaks the stream.</param>
    public TrainingStream OpenStream(CancellationToken cancellationToken = default) =>
        new(_caller.Duplex<TrainRequest, TrainEvent>(_service.Train, cancellationToken), this);

    /// <summary>The loss of the working copies. Changes nothing.</summary>
    /// <exception cref="ColaException">The server refused it.</exception>
    public Task<EvaluateResponse> EvaluateAsync(IEnumerable<Example> examples, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _caller.ComputeAsync(_service.EvaluateAsync, new EvaluateRequest { Session = Name, Examples = { examples } }, timeout, cancellationToken);

    /// <summary>The loss that <paramref name="objective"/> names, of the working copies, and log-probabilities where it asks for them.</summary>
    /// <exception cref="ColaException">The server refused it.</exception>
    public Task<EvaluateResponse> EvaluateAsync(
        IEnumerable<Example> examples,
        Objective objective,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default) => _caller.ComputeAsync(
        _service.EvaluateAsync,
        new EvaluateRequest { Session = Name, Examples = { examples }, Loss = objective.Loss, Logprobs = objective.Logprobs },
        timeout,
        cancellationToken);

    /// <summary>The session's working copy of a task, for rows to generate or score before anything is published.</summary>
    public Source WorkingCopyOf(string task) => new() { WorkingCopy = new WorkingCopy { Session = Name, Task = task } };

    /// <summary>
    /// Makes a new version of the pool, where it moved, and of every task. The session goes on. Refused where a restart of
    /// the server, or expiry, took steps that were answered; <see cref="RefreshAsync"/> goes on from what is left.
    /// </summary>
    /// <param name="serve">Switch the served version of the tasks that the caller owns or has PUBLISH on.</param>
    /// <param name="makeCurrent">Make the new pool version the current one, where the caller owns the pool.</param>
    /// <param name="requestId">Names the intent; made here where it is null.</param>
    /// <param name="timeout">Default: the client's for calls that compute.</param>
    /// <param name="cancellationToken">Gives up waiting; what the server has begun may still happen.</param>
    /// <exception cref="ColaException">The server refused it.</exception>
    public Task<PublishResponse> PublishAsync(
        bool serve = true,
        bool makeCurrent = true,
        string? requestId = null,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default) =>
        _caller.ComputeAsync(
            _service.PublishAsync,
            new PublishRequest { Session = Name, Serve = serve, MakeCurrent = makeCurrent, MinimumSequence = NextSequence - 1, RequestId = requestId ?? "" },
            timeout,
            cancellationToken);

    /// <summary>Saves the session, exactly and durably. Refused as <see cref="PublishAsync"/> is.</summary>
    /// <exception cref="ColaException">The server refused it.</exception>
    public Task<SaveStateResponse> SaveStateAsync(string? requestId = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _caller.ComputeAsync(
            _service.SaveStateAsync,
            new SaveStateRequest { Session = Name, MinimumSequence = NextSequence - 1, RequestId = requestId ?? "" },
            timeout,
            cancellationToken);

    /// <summary>Puts a saved state back.</summary>
    /// <param name="state"><c>sessions/SESSION/states/STATE</c></param>
    /// <param name="requestId">Names the intent; made here where it is null.</param>
    /// <param name="timeout">Default: the client's for calls that compute.</param>
    /// <param name="cancellationToken">Gives up waiting; what the server has begun may still happen.</param>
    /// <exception cref="ColaException">The server refused it.</exception>
    public async Task LoadStateAsync(string state, string? requestId = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var request = new LoadStateRequest { Session = Name, State = state, RequestId = requestId ?? "" };
        var session = await _caller.ComputeAsync(_service.LoadStateAsync, request, timeout, cancellationToken).ConfigureAwait(false);
        Tasks = session.Tasks;
        NextSequence = session.NextSequence;
    }

    /// <summary>Lets go of the tasks; what was not published is gone.</summary>
    /// <exception cref="ColaException">The server refused it.</exception>
    public async Task CloseAsync(string? requestId = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var request = new CloseSessionRequest { Session = Name, RequestId = requestId ?? "" };
        await _caller.LookUpAsync(_service.CloseSessionAsync, request, timeout, cancellationToken).ConfigureAwait(false);
        _closed = true;
    }

    /// <summary>The next number, for a call that goes out before the reply to the last one has come.</summary>
    internal long TakeSequence()
    {
        lock (_numbers)
        {
            return NextSequence++;
        }
    }

    /// <summary>The number's call was refused or lost: the session goes on from it, or from an earlier one.</summary>
    internal void GiveBackSequence(long sequence)
    {
        lock (_numbers)
        {
            NextSequence = Math.Min(NextSequence, sequence);
        }
    }

    /// <summary>Closes the session if it is still open. A refusal is not thrown: it would hide what went wrong before.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_closed)
        {
            return;
        }

        try
        {
            await CloseAsync().ConfigureAwait(false);
        }
        catch (ColaException)
        {
            _closed = true;
        }
    }
}
