using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace CoLA.Server.Interceptors;

/// <summary>How calls end that do not end well. Ids and codes only: messages may quote what a tenant sent.</summary>
internal static partial class CallLog
{
    [LoggerMessage(1, LogLevel.Information, "{Method} refused: {StatusCode}", EventName = "CallRefused")]
    public static partial void Refused(this ILogger logger, string method, StatusCode statusCode);

    [LoggerMessage(2, LogLevel.Information, "{Method} abandoned by its caller", EventName = "CallAbandoned")]
    public static partial void Abandoned(this ILogger logger, string method);

    [LoggerMessage(3, LogLevel.Error, "{Method} failed; the caller was told {FailureId}", EventName = "CallFailed")]
    public static partial void Failed(this ILogger logger, Exception exception, string method, string failureId);
}
