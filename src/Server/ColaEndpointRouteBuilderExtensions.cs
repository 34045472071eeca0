using CoLA.Server.Binding;
using CoLA.Server.Services;
using Grpc.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CoLA.Server;

/// <summary>Maps the contract's services, health and reflection.</summary>
public static class ColaEndpointRouteBuilderExtensions
{
    /// <summary>Maps what AddCola added.</summary>
    public static void MapCola(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGrpcService(provider => CheckedServiceBinder.Bind(
            binder => V1.PoolService.BindService(binder, provider.GetRequiredService<PoolService>())));
        endpoints.MapGrpcService(provider => CheckedServiceBinder.Bind(
            binder => V1.TaskService.BindService(binder, provider.GetRequiredService<TaskService>())));
        endpoints.MapGrpcService(provider => CheckedServiceBinder.Bind(
            binder => V1.TrainingService.BindService(binder, provider.GetRequiredService<TrainingService>())));
        endpoints.MapGrpcService(provider => CheckedServiceBinder.Bind(
            binder => V1.JobService.BindService(binder, provider.GetRequiredService<JobService>())));
        endpoints.MapGrpcService(provider => CheckedServiceBinder.Bind(
            binder => V1.InferenceService.BindService(binder, provider.GetRequiredService<InferenceService>())));
        endpoints.MapGrpcService(provider => CheckedServiceBinder.Bind(
            binder => V1.StatusService.BindService(binder, provider.GetRequiredService<StatusService>())));
        endpoints.MapGrpcHealthChecksService();
        endpoints.MapGrpcService<ReflectionServiceImpl>();
        endpoints.MapGrpcService<ReflectionV1ServiceImpl>();
    }
}
