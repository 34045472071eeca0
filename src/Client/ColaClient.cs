using CoLA.Client.Calls;
using CoLA.Client.Inference;
using CoLA.Client.Jobs;
using CoLA.Client.Pools;
using CoLA.Client.Status;
using CoLA.Client.Tasks;
using CoLA.Client.Training;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CoLA.Client;

/// <summary>
/// The front door to a CoLA server, for one tenant. Requests and replies are the messages of the contract
/// (<c>CoLA.V1</c>). Thread-safe; make one and keep it: it holds the connection.
/// </summary>
public sealed class ColaClient : IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly bool _ownsChannel;
    private readonly ColaClientOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Makes a client; it connects with its first call.</summary>
    /// <exception cref="OptionsValidationException">With everything that is wrong with the options.</exception>
    public ColaClient(ColaClientOptions options, ILoggerFactory? loggers = null, TimeProvider? time = null)
        : this(Channels.Open(options, loggers), ownsChannel: true, options, options.Tenant, time ?? TimeProvider.System)
    {
    }

    private ColaClient(GrpcChannel channel, bool ownsChannel, ColaClientOptions options, string tenant, TimeProvider time)
    {
        _channel = channel;
        _ownsChannel = ownsChannel;
        _options = options;
        _time = time;
        Tenant = tenant;
        var caller = new Caller(tenant, options.Timeout, options.ComputeTimeout, time);
        Pools = new PoolClient(new V1.PoolService.PoolServiceClient(channel), caller);
        Tasks = new TaskClient(new V1.TaskService.TaskServiceClient(channel), caller);
        Training = new TrainingClient(new V1.TrainingService.TrainingServiceClient(channel), caller);
        Jobs = new JobClient(new V1.JobService.JobServiceClient(channel), caller, options.Retry, time);
        Inference = new InferenceClient(new V1.InferenceService.InferenceServiceClient(channel), caller);
        Status = new StatusClient(new V1.StatusService.StatusServiceClient(channel), caller);
    }

    /// <summary>Id of the tenant that calls.</summary>
    public string Tenant { get; }

    /// <summary>Pools of shared A matrices.</summary>
    public PoolClient Pools { get; }

    /// <summary>Tasks, their versions and grants.</summary>
    public TaskClient Tasks { get; }

    /// <summary>Training sessions.</summary>
    public TrainingClient Training { get; }

    /// <summary>Trainings that the server takes from data to publication.</summary>
    public JobClient Jobs { get; }

    /// <summary>Generation and scoring.</summary>
    public InferenceClient Inference { get; }

    /// <summary>What the server serves, and how it is doing.</summary>
    public StatusClient Status { get; }

    /// <summary>The same connection in another tenant's name; it lives as long as this client.</summary>
    public ColaClient As(string tenant)
    {
        ColaClientOptionsValidator.ThrowIfNotTenant(tenant);
        return new ColaClient(_channel, ownsChannel: false, _options, tenant, _time);
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        if (_ownsChannel)
        {
            _channel.Dispose();
        }
    }
}
