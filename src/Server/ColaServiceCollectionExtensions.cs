using System.Diagnostics.Metrics;
using CoLA.Core;
using CoLA.Core.Telemetry;
using CoLA.Server.Interceptors;
using CoLA.Server.Services;
using CoLA.Server.Settings;
using CoLA.Server.Telemetry;
using Grpc.Health.V1;
using Grpc.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace CoLA.Server;

/// <summary>Puts a CoLA server into an ASP.NET Core application: <see cref="AddCola"/>, then MapCola.</summary>
public static class ColaServiceCollectionExtensions
{
    /// <summary>Largest request: a batch of some million tokens.</summary>
    private const int MaximumRequestBytes = 64 * 1024 * 1024;

    private static readonly Google.Protobuf.Reflection.ServiceDescriptor[] Contract =
    [
        V1.PoolService.Descriptor,
        V1.TaskService.Descriptor,
        V1.TrainingService.Descriptor,
        V1.JobService.Descriptor,
        V1.InferenceService.Descriptor,
        V1.StatusService.Descriptor,
        Health.Descriptor,
    ];

    /// <summary>Adds everything that serves the contract. The options are checked when the host starts.</summary>
    public static IServiceCollection AddCola(this IServiceCollection services, Action<ServerOptions> configure)
    {
        services.AddOptions<ServerOptions>().Configure(configure).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ServerOptions>, ServerOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);

        services.AddMetrics();
        services.AddSingleton(provider => new ColaTelemetry(
            provider.GetRequiredService<IMeterFactory>(),
            provider.GetRequiredService<IOptions<ServerOptions>>().Value.Metrics.Names));
        services.AddSingleton(OpenCore);
        services.AddSingleton(provider => new PoolService(provider.GetRequiredService<ColaCore>().Pools));
        services.AddSingleton(provider => new TaskService(
            provider.GetRequiredService<ColaCore>().Tasks,
            provider.GetRequiredService<ColaCore>().Similar,
            provider.GetRequiredService<ILogger<TaskService>>()));
        services.AddSingleton<TrainingService>();
        services.AddSingleton(provider => new JobService(
            provider.GetRequiredService<ColaCore>().Jobs,
            provider.GetRequiredService<IHostApplicationLifetime>()));
        services.AddSingleton<InferenceService>();
        services.AddSingleton<InstrumentReader>();
        services.AddSingleton<StatusService>();

        services.AddSingleton<RejectionInterceptor>();
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = MaximumRequestBytes;
            grpc.MaxSendMessageSize = null;
            grpc.Interceptors.Add<RejectionInterceptor>();
        });
        services.AddGrpcHealthChecks().AddCheck("listening", () => HealthCheckResult.Healthy());
        services.AddSingleton(new ReflectionServiceImpl(Contract));
        services.AddSingleton(new ReflectionV1ServiceImpl(Contract));
        return services;
    }

    private static ColaCore OpenCore(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<ServerOptions>>().Value;
        if (options.Model.Threads is { } threads)
        {
            torch.set_num_threads(threads);
        }

        var core = ColaCore.Open(
            options,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ColaTelemetry>());
        var log = provider.GetRequiredService<ILogger<JobService>>();
        core.Jobs.Faulted += (job, exception) => log.JobFailed(exception, job);
        return core;
    }
}
