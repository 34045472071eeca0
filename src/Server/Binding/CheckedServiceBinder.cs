using Grpc.Core;

namespace CoLA.Server.Binding;

/// <summary>
/// Binds a service's methods with requests that are checked while they are read: a request that is no message of the
/// contract is refused like any other bad request, before a method or an interceptor sees it.
/// </summary>
internal sealed class CheckedServiceBinder : ServiceBinderBase
{
    private readonly ServerServiceDefinition.Builder _definition = ServerServiceDefinition.CreateBuilder();

    /// <param name="bind">The generated BindService of the service, with its implementation.</param>
    public static ServerServiceDefinition Bind(Action<ServiceBinderBase> bind)
    {
        var binder = new CheckedServiceBinder();
        bind(binder);
        return binder._definition.Build();
    }

    // The handler is null only where no implementation is bound, which Bind's callers never do.
    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
        _definition.AddMethod(Checked(method), handler!);

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
        _definition.AddMethod(Checked(method), handler!);

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
        _definition.AddMethod(Checked(method), handler!);

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
        _definition.AddMethod(Checked(method), handler!);

    private static Method<TRequest, TResponse> Checked<TRequest, TResponse>(Method<TRequest, TResponse> method) => new(
        method.Type,
        method.ServiceName,
        method.Name,
        Marshallers.Create(method.RequestMarshaller.ContextualSerializer, CheckedRequest.Reader(method.RequestMarshaller.ContextualDeserializer)),
        method.ResponseMarshaller);
}
