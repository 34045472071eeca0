using System.CommandLine;
using CoLA.Cli.Hosting;
using CoLA.Cli.Rendering;
using CoLA.Server;
using CoLA.Server.Settings;
using Microsoft.Extensions.Logging;

namespace CoLA.Cli.Commands;

/// <summary><c>cola serve</c></summary>
internal sealed class ServeCommand : CliCommand
{
    private static readonly ServerOptions Defaults = new();

    private readonly Option<string?> _model = new("--model") { Description = "The base model: a directory in HuggingFace layout, or a GGUF file [default: cola-tiny, which comes with cola]", HelpName = "DIR" };
    private readonly Option<string> _data = new("--data") { Description = "Directory of everything that lasts; made where it is not there", HelpName = "DIR", DefaultValueFactory = _ => "cola-data" };
    private readonly Option<string> _device = new("--device") { Description = "cpu, cuda, cuda:N, or auto for CUDA where it is there", DefaultValueFactory = _ => Defaults.Device };
    private readonly Option<string> _host = new("--host") { Description = "IP address to listen on; 0.0.0.0 opens it to every network, where anybody may call in any tenant's name", DefaultValueFactory = _ => Defaults.Host };
    private readonly Option<int> _port = new("--port") { Description = "TCP port; 0 takes a free one", DefaultValueFactory = _ => Defaults.Port };
    private readonly Option<int?> _threads = new("--threads") { Description = "Threads of one operation on the CPU [default: one per core]" };
    private readonly Option<LogLevel> _log = new("--log") { Description = "Least level of the log on standard error", DefaultValueFactory = _ => LogLevel.Information };

    public ServeCommand(CliContext cli)
        : base("serve", "Serve a base model and its tenants' tasks over gRPC, until Ctrl-C", cli)
    {
        Add(_model);
        Add(_data);
        Add(_device);
        Add(_host);
        Add(_port);
        Add(_threads);
        Add(_log);
    }

    protected override async Task<int> RunAsync(ParseResult parse, Terminal terminal, CancellationToken cancellation)
    {
        var model = parse.GetValue(_model) ?? EmbeddedModel.Path();
        var data = parse.GetRequiredValue(_data);
        terminal.Remark($"Loading {model} ...");
        var serving = false;
        await using var server = await ColaServer.StartAsync(
            options =>
            {
                options.Model = model;
                options.DataDirectory = data;
                options.Device = parse.GetRequiredValue(_device);
                options.Host = parse.GetRequiredValue(_host);
                options.Port = parse.GetValue(_port);
                options.Threads = parse.GetValue(_threads);
            },
            logging => Log(logging, parse.GetValue(_log), () => serving),
            cancellation);
        serving = true;
        var address = server.Address.GetLeftPart(UriPartial.Authority);
        terminal.Line($"Serving at [bold]{address}[/], data in {Path.GetFullPath(data)}. Ctrl-C ends it.");
        terminal.Line($"Try: cola pool create first --m 2 --tenant me{(server.Address.Port == Defaults.Port ? "" : $" --server {address}")}");
        terminal.Result(new { Address = address, Model = model, Data = Path.GetFullPath(data) });
        await server.WaitForShutdownAsync(cancellation);
        return ExitCode.Ok;
    }

    /// <summary>On standard error. Frameworks speak up for warnings, unless everything is asked for.</summary>
    private static void Log(ILoggingBuilder logging, LogLevel least, Func<bool> isServing)
    {
        var leastOfFrameworks = least < LogLevel.Information ? least : (LogLevel)Math.Max((int)least, (int)LogLevel.Warning);
        logging
            .SetMinimumLevel(least)
            .AddFilter("Microsoft", leastOfFrameworks)
            // What keeps the server from starting is thrown, and told once, without a stack trace.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => level >= leastOfFrameworks && isServing())
            .AddFilter("Grpc", leastOfFrameworks)
            .AddSimpleConsole(console => console.SingleLine = true)
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
