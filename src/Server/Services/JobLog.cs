using CoLA.Core.Naming;
using Microsoft.Extensions.Logging;

namespace CoLA.Server.Services;

/// <summary>What becomes of jobs that nobody watches.</summary>
internal static partial class JobLog
{
    [LoggerMessage(1, LogLevel.Error, "{Job} failed", EventName = "JobFailed")]
    public static partial void JobFailed(this ILogger logger, Exception exception, JobName job);
}
