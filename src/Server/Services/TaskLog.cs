using CoLA.Core.Naming;
using Microsoft.Extensions.Logging;

namespace CoLA.Server.Services;

/// <summary>What an operator must be able to look up about tasks. Ids only.</summary>
internal static partial class TaskLog
{
    [LoggerMessage(11, LogLevel.Information, "{Task} started from the heads of {Version}", EventName = "TaskStarted")]
    public static partial void Started(this ILogger logger, TaskName task, TaskVersionName version);
}
