using System.CommandLine;
using System.Text.Unicode;
using CoLA.Cli.Data;
using CoLA.Cli.Failures;
using CoLA.Cli.Rendering;
using CoLA.V1;

namespace CoLA.Cli.Commands;

/// <summary>A prompt: words, a file, standard input, or token ids; as they are or as the user's turn of a conversation.</summary>
internal sealed class PromptOptions(CliHost host)
{
    private const string StandardInput = "-";

    private readonly Argument<string?> _text = new("PROMPT") { Description = "The prompt; - reads standard input", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _file = new("--file") { Description = "Read the prompt from a UTF-8 file", HelpName = "FILE" };

    private readonly Option<int[]> _ids = new("--ids")
    {
        Description = "Token ids instead of text: the only form for a model without a tokenizer",
        HelpName = "ID",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<bool> _chat = new("--chat") { Description = "The prompt is the user's turn of the model's chat template" };
    private readonly Option<string?> _system = new("--system") { Description = "With --chat: the system's message", HelpName = "TEXT" };

    public void AddTo(Command command)
    {
        command.Add(_text);
        command.Add(_file);
        command.Add(_ids);
        command.Add(_chat);
        command.Add(_system);
        command.Validators.Add(result =>
        {
            var given = (result.GetResult(_text) is { Tokens.Count: > 0 } ? 1 : 0) + (result.GetResult(_file) is null ? 0 : 1)
                + (result.GetResult(_ids) is null ? 0 : 1);
            if (given != 1)
            {
                result.AddError(given == 0 ? "no prompt: give it as an argument, with --file, or with --ids" : "PROMPT, --file and --ids exclude each other");
            }
        });
    }

    /// <exception cref="UsageException">The text is not UTF-8.</exception>
    public async Task<Prompt> ReadAsync(ParseResult parse, CancellationToken cancellation)
    {
        if (parse.GetValue(_ids) is { Length: > 0 } ids)
        {
            return new Prompt { Tokens = new TokenIds { Ids = { ids } } };
        }

        var text = parse.GetValue(_file) is { } file ? Decode(file, await File.ReadAllBytesAsync(file, cancellation))
            : parse.GetValue(_text) is not StandardInput and var given ? given!
            : Decode("standard input", await ReadInputAsync(cancellation));
        if (!parse.GetValue(_chat))
        {
            return new Prompt { Text = text };
        }

        var user = ("user", text);
        return new Prompt { Chat = ExampleMessages.Conversation(parse.GetValue(_system) is { } system ? [("system", system), user] : [user]) };
    }

    private async Task<byte[]> ReadInputAsync(CancellationToken cancellation)
    {
        using var bytes = new MemoryStream();
        await host.Input.CopyToAsync(bytes, cancellation);
        return bytes.ToArray();
    }

    private static string Decode(string source, byte[] bytes)
    {
        var text = new char[bytes.Length];
        return Utf8.ToUtf16(bytes, text, out var read, out var written, replaceInvalidSequences: false) == System.Buffers.OperationStatus.Done
            ? new string(text, 0, written).TrimStart('\uFEFF')
            : throw new UsageException(
                $"the prompt in {source} is not UTF-8: byte 0x{bytes[read]:X2} at position {read}", "Convert it, for example with iconv.");
    }
}
