using System.Security.Cryptography;
using CoLA.Core.Catalog;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using Google.Protobuf;
using Grpc.Core;

namespace CoLA.Server.Callers;

/// <summary>The caller of a gRPC call, from its metadata.</summary>
internal static class GrpcCaller
{
    /// <summary>The tenant that calls.</summary>
    /// <exception cref="InvalidArgumentRejection">The metadata do not name exactly one tenant.</exception>
    public static TenantId Tenant(this ServerCallContext context) =>
        Caller.From(name => [.. context.RequestHeaders.GetAll(name).Select(entry => entry.Value)]).Tenant;

    /// <summary>Who asks for a change, and under which request id. The hash covers the whole request, unknown fields too.</summary>
    /// <exception cref="InvalidArgumentRejection">The metadata do not name exactly one tenant.</exception>
    public static Mutation Mutation(this ServerCallContext context, string requestId, IMessage request) =>
        new(context.Tenant(), requestId, SHA256.HashData(request.ToByteArray()));
}
