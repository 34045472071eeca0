using System.Security.Cryptography;
using CoLA.Core.Catalog;
using Google.Protobuf;
using Grpc.Core;

namespace CoLA.Server.Tenancy;

/// <summary>A call that changes something: who asks, and under which id.</summary>
internal static class CallMutation
{
    /// <summary>The hash covers the whole request, fields unknown to this server included.</summary>
    public static Mutation Of(ServerCallContext context, string requestId, IMessage request) =>
        new(CallTenant.Of(context), requestId, SHA256.HashData(request.ToByteArray()));
}
