using Google.Rpc;
using Grpc.Core;

namespace CoLA.Client;

/// <summary>A call that the server refused or that did not reach it.</summary>
public sealed class ColaException : Exception
{
    internal ColaException(RpcException exception)
        : base(exception.Status.Detail, exception)
    {
        StatusCode = exception.StatusCode;
        var status = exception.GetRpcStatus();
        FieldViolations =
        [
            .. status?.GetDetail<BadRequest>()?.FieldViolations
                .Select(violation => new FieldViolation(violation.Field, violation.Description)) ?? [],
        ];
        RetryAfter = status?.GetDetail<RetryInfo>()?.RetryDelay?.ToTimeSpan();
    }

    /// <summary>Which kind of refusal it is.</summary>
    public StatusCode StatusCode { get; }

    /// <summary>Everything that is wrong with the request; empty where the refusal is of another kind.</summary>
    public IReadOnlyList<FieldViolation> FieldViolations { get; }

    /// <summary>When it is worth trying again, where the server says so.</summary>
    public TimeSpan? RetryAfter { get; }
}
