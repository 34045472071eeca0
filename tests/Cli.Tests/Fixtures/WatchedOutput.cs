using System.Text;
using Spectre.Console;

namespace CoLA.Cli.Tests.Fixtures;

/// <summary>Standard output as a terminal or a pipe, for a command that does not end by itself.</summary>
/// <param name="isTerminal">Whether it can be drawn over.</param>
/// <param name="awaited">What to look for.</param>
internal sealed class WatchedOutput(bool isTerminal, string awaited) : TextWriter, IAnsiConsoleOutput
{
    private const int Columns = 80;
    private const int Lines = 40;

    private readonly Lock _door = new();
    private readonly StringBuilder _text = new();
    private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when what was looked for has been written.</summary>
    public Task Seen => _seen.Task;

    public string Text
    {
        get
        {
            lock (_door)
            {
                return _text.ToString();
            }
        }
    }

    public TextWriter Writer => this;

    public bool IsTerminal => isTerminal;

    public int Width => Columns;

    public int Height => Lines;

    public override Encoding Encoding => Encoding.UTF8;

    public void SetEncoding(Encoding encoding)
    {
    }

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        lock (_door)
        {
            _text.Append(buffer);
            if (_text.ToString().Contains(awaited, StringComparison.Ordinal))
            {
                _seen.TrySetResult();
            }
        }
    }
}
