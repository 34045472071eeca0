using System.Collections.Concurrent;
using CoLA.V1;
using Grpc.Core;

namespace CoLA.Client.Training;

/// <summary>
/// A session's calls over one stream: what is sent before the last reply has come is computed one after the other, without
/// a round trip between. Each call ends with its own reply or refusal. When the stream breaks, what has no reply fails:
/// <see cref="TrainingSession.RefreshAsync"/> tells how far the server came, and the session goes on from there.
/// </summary>
public sealed class TrainingStream : IAsyncDisposable
{
    private readonly AsyncDuplexStreamingCall<TrainRequest, TrainEvent> _call;
    private readonly TrainingSession _session;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly ConcurrentQueue<Sent> _sent = new();
    private readonly Task _reading;

    internal TrainingStream(AsyncDuplexStreamingCall<TrainRequest, TrainEvent> call, TrainingSession session)
    {
        _call = call;
        _session = session;
        _reading = ReadAsync();
    }

    private sealed record Sent(long? Sequence, TaskCompletionSource<TrainEvent> Reply);

    /// <inheritdoc cref="TrainingSession.StepAsync(IEnumerable{Example}, TimeSpan?, CancellationToken)"/>
    public async Task<TrainStepResponse> StepAsync(IEnumerable<Example> examples, Objective? objective = null)
    {
        var batch = examples.ToList();
        return (await SendNumberedAsync(sequence => new TrainRequest
        {
            TrainStep = new TrainStepRequest { Session = _session.Name, Sequence = sequence, Examples = { batch }, Objective = objective },
        }).ConfigureAwait(false)).TrainStep;
    }

    /// <inheritdoc cref="TrainingSession.ForwardBackwardAsync"/>
    public async Task<ForwardBackwardResponse> ForwardBackwardAsync(IEnumerable<Example> examples, Objective? objective = null)
    {
        var batch = examples.ToList();
        return (await SendNumberedAsync(sequence => new TrainRequest
        {
            ForwardBackward = new ForwardBackwardRequest { Session = _session.Name, Sequence = sequence, Examples = { batch }, Objective = objective },
        }).ConfigureAwait(false)).ForwardBackward;
    }

    /// <inheritdoc cref="TrainingSession.OptimStepAsync"/>
    public async Task<OptimStepResponse> OptimStepAsync(OptimStepRequest? request = null) => (await SendNumberedAsync(sequence =>
    {
        var own = request?.Clone() ?? new OptimStepRequest();
        own.Session = _session.Name;
        own.Sequence = sequence;
        return new TrainRequest { OptimStep = own };
    }).ConfigureAwait(false)).OptimStep;

    /// <inheritdoc cref="TrainingSession.EvaluateAsync(IEnumerable{Example}, TimeSpan?, CancellationToken)"/>
    public async Task<EvaluateResponse> EvaluateAsync(IEnumerable<Example> examples)
    {
        var request = new TrainRequest { Evaluate = new EvaluateRequest { Session = _session.Name, Examples = { examples } } };
        return (await SendAsync(() => (request, null)).ConfigureAwait(false)).Evaluate;
    }

    /// <summary>Says that nothing more comes, and waits for the replies that are due.</summary>
    public async ValueTask DisposeAsync()
    {
        await _sending.WaitAsync().ConfigureAwait(false);
        try
        {
            await _call.RequestStream.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException)
        {
            // The stream broke before; the calls that it broke say so.
        }

        await _reading.ConfigureAwait(false);
        _call.Dispose();
        _sending.Dispose();
    }

    private Task<TrainEvent> SendNumberedAsync(Func<long, TrainRequest> request) => SendAsync(() =>
    {
        var sequence = _session.TakeSequence();
        return (request(sequence), sequence);
    });

    private async Task<TrainEvent> SendAsync(Func<(TrainRequest Request, long? Sequence)> make)
    {
        var reply = new TaskCompletionSource<TrainEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _sending.WaitAsync().ConfigureAwait(false);
        try
        {
            // Its number is taken as it is sent, so that numbers go out in their order.
            var (request, sequence) = make();
            _sent.Enqueue(new Sent(sequence, reply));
            await _call.RequestStream.WriteAsync(request).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException)
        {
            // The stream is broken: whoever reads it knows why.
            await _reading.ConfigureAwait(false);
            FailAll(new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "the stream has ended; open another")));
        }
        finally
        {
            _sending.Release();
        }

        return await reply.Task.ConfigureAwait(false);
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
            {
                Answer(_call.ResponseStream.Current);
            }

            FailAll(new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "the server ended the stream")));
        }
        catch (RpcException exception)
        {
            FailAll(exception);
        }
    }

    private void Answer(TrainEvent answer)
    {
        if (!_sent.TryDequeue(out var sent))
        {
            return;
        }

        if (answer.Failure is { } failure)
        {
            Fail(sent, new RpcException(new Grpc.Core.Status((StatusCode)failure.Code, failure.Message)));
        }
        else
        {
            sent.Reply.SetResult(answer);
        }
    }

    private void FailAll(RpcException exception)
    {
        while (_sent.TryDequeue(out var sent))
        {
            Fail(sent, exception);
        }
    }

    /// <summary>The number was not taken, or nobody knows: the session goes on from it.</summary>
    private void Fail(Sent sent, RpcException exception)
    {
        if (sent.Sequence is { } sequence)
        {
            _session.GiveBackSequence(sequence);
        }

        sent.Reply.TrySetException(new ColaException(exception));
    }
}
