using System.Collections.Concurrent;
using CoLA.V1;
using Grpc.Core;

namespace CoLA.Client.Tests.Fakes;

/// <summary>What the fake server does with each call, and what it saw.</summary>
internal sealed class FakeAnswers
{
    public Func<CreatePoolRequest, ServerCallContext, Pool> CreatePool { get; set; } = (_, _) => new Pool();

    public Func<GetPoolRequest, ServerCallContext, Task<Pool>> GetPool { get; set; } = (_, _) => Task.FromResult(new Pool());

    public Func<ListPoolsRequest, ListPoolsResponse> ListPools { get; set; } = _ => new ListPoolsResponse();

    public Func<TrainStepRequest, ServerCallContext, TrainStepResponse> TrainStep { get; set; } =
        (request, _) => new TrainStepResponse { Sequence = request.Sequence, NextSequence = request.Sequence + 1 };

    public Func<LoadStateRequest, Session> LoadState { get; set; } = _ => new Session();

    public Func<IServerStreamWriter<GenerateResponse>, ServerCallContext, Task> Generate { get; set; } = (_, _) => Task.CompletedTask;

    public Func<WatchJobRequest, IServerStreamWriter<JobEvent>, ServerCallContext, Task> WatchJob { get; set; } = (_, _, _) => Task.CompletedTask;

    /// <summary>The messages of every SubmitJob.</summary>
    public ConcurrentQueue<SubmitJobRequest> Submitted { get; } = new();

    /// <summary>The method of every call, in order.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    public ConcurrentQueue<string> Closed { get; } = new();
}
