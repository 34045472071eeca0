using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace CoLA.Server.Tests.Fakes;

/// <summary>
/// Keeps what a server logs. An Error that no test announced fails the test that made it; but for the library's, where a
/// caller goes before his request was read: how far that had come is the machine's affair.
/// </summary>
internal sealed class LogRecorder : ILoggerProvider
{
    private readonly ConcurrentQueue<(LogLevel Level, EventId Event, string Text)> _entries = new();
    private int _announced;

    public IReadOnlyList<(LogLevel Level, EventId Event, string Text)> Entries => [.. _entries];

    /// <summary>The test is about a failure: so many Errors are right.</summary>
    public void AnnounceErrors(int count) => _announced += count;

    public void AssertOnlyAnnouncedErrors()
    {
        var errors = _entries.Where(entry => entry.Level >= LogLevel.Error).Select(entry => entry.Text).ToList();
        Assert.True(errors.Count == _announced, $"{errors.Count} errors were logged, {_announced} announced: {string.Join(Environment.NewLine, errors)}");
    }

    public ILogger CreateLogger(string categoryName) => new Recorder(categoryName, this);

    public void Dispose()
    {
    }

    private sealed class Recorder(string category, LogRecorder owner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (exception is not IOException || category != "Grpc.AspNetCore.Server.ServerCallHandler")
            {
                owner._entries.Enqueue((logLevel, eventId, $"{category}: {formatter(state, exception)} {exception}"));
            }
        }
    }
}
