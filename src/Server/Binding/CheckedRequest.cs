using CoLA.Core.Rejections;
using CoLA.Server.Interceptors;
using Google.Protobuf;
using Grpc.Core;

namespace CoLA.Server.Binding;

/// <summary>Reads a request, and says what is wrong where it is not what the contract says.</summary>
internal static class CheckedRequest
{
    public static Func<DeserializationContext, TRequest> Reader<TRequest>(Func<DeserializationContext, TRequest> read) => context =>
    {
        try
        {
            return read(context);
        }
        catch (InvalidProtocolBufferException exception)
        {
            var fault = typeof(TRequest).IsAssignableTo(typeof(IMessage))
                ? Utf8Fault.Find(((IMessage)Activator.CreateInstance<TRequest>()!).Descriptor, context.PayloadAsNewBuffer())
                : null;
            throw RejectionStatus.Of(
                fault ?? new InvalidArgumentRejection("request", $"is not a message of the contract: {exception.Message}")).ToRpcException();
        }
    };
}
