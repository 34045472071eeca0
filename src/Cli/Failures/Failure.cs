using System.Net.Sockets;
using CoLA.Cli.Naming;
using CoLA.Client;
using CoLA.Core.Rejections;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace CoLA.Cli.Failures;

/// <summary>Why a command ended badly, for people and for programs.</summary>
/// <param name="ExitCode">One of <see cref="Failures.ExitCode"/>.</param>
/// <param name="Message">What went wrong.</param>
internal sealed record Failure(int ExitCode, string Message)
{
    /// <summary>Every single thing that is wrong, where there are several or they have places.</summary>
    public IReadOnlyList<string> Violations { get; init; } = [];

    /// <summary>What to do about it; null where the message says it already.</summary>
    public string? Cure { get; init; }

    /// <param name="exception">What was thrown.</param>
    /// <param name="server">The address that was called, if any was.</param>
    /// <param name="cancelled">Whether Ctrl-C was pressed.</param>
    /// <param name="optionOf">What people typed to fill a field of a request.</param>
    public static Failure Of(Exception exception, string server, bool cancelled, Func<string, string> optionOf) => exception switch
    {
        _ when cancelled => new Failure(Failures.ExitCode.Cancelled, "Stopped."),
        CommandFailedException => new Failure(Failures.ExitCode.Failed, exception.Message),
        UsageException usage => new Failure(Failures.ExitCode.Usage, usage.Message) { Cure = usage.Cure },
        OptionsValidationException options => new Failure(Failures.ExitCode.Usage, "the options cannot be used") { Violations = [.. options.Failures] },
        ColaException refused => OfServer(refused, server, optionOf),
        InvalidArgumentRejection { Violations: { Count: > 1 } violations } =>
            new Failure(Failures.ExitCode.Failed, "several things are wrong")
            {
                Violations = [.. violations.Select(violation => $"{violation.Field}: {violation.Description}")],
            },
        IOException { InnerException.InnerException: SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } } =>
            new Failure(Failures.ExitCode.Failed, exception.Message.TrimEnd('.'))
            {
                Cure = "Another server may run there already; take another port with --port (or --metrics-port), 0 for a free one.",
            },
        Rejection or IOException or UnauthorizedAccessException => new Failure(Failures.ExitCode.Failed, exception.Message),
        OperationCanceledException => new Failure(Failures.ExitCode.Cancelled, "Stopped."),
        _ => new Failure(Failures.ExitCode.Failed, $"unexpected: {exception}")
        {
            Cure = "This is a fault of cola itself; please report it with the lines above.",
        },
    };

    private static Failure OfServer(ColaException refused, string server, Func<string, string> optionOf) => refused.StatusCode switch
    {
        StatusCode.Unavailable => new Failure(Failures.ExitCode.Unreachable, $"no server answers at {server}")
        {
            Cure = $"Start one with `cola serve`, or name another with --server ADDRESS or {EnvironmentVariables.Server}.",
        },
        StatusCode.Unimplemented when refused.Message.Length == 0 =>
            new Failure(Failures.ExitCode.Failed, $"what answers at {server} is not a CoLA server, or an older one"),
        StatusCode.DeadlineExceeded => new Failure(Failures.ExitCode.Failed, $"the server at {server} did not answer in time")
        {
            Cure = "It may be busy, or the call is too large: try again, or ask for less at once.",
        },
        _ when refused.FieldViolations.Count > 0 => new Failure(Failures.ExitCode.Failed, "the server refused the request")
        {
            // one option may fill several fields
            Violations = [.. refused.FieldViolations.Select(violation => $"{optionOf(violation.Field)}: {violation.Description}").Distinct()],
        },
        StatusCode.NotFound => new Failure(Failures.ExitCode.Failed, refused.Message)
        {
            Cure = "`cola pool list`, `cola task list` and `cola job list` show what this tenant sees; others' tasks are seen only with their grant.",
        },
        StatusCode.ResourceExhausted when refused.RetryAfter is { } wait =>
            new Failure(Failures.ExitCode.Failed, refused.Message) { Cure = $"Try again in {wait.TotalSeconds:0} s." },
        _ => new Failure(Failures.ExitCode.Failed, refused.Message),
    };
}
