using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Options;
using CoLA.Cli.Rendering;
using CoLA.Core.Settings;
using CoLA.Server;
using CoLA.Server.Settings;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CoLA.Cli.Commands;

/// <summary><c>cola serve</c></summary>
internal sealed class ServeCommand : CliCommand
{
    private const string DefaultData = "cola-data";

    private readonly IReadOnlyList<SettingOption> _settings = [.. Setting.AllOf(new ServerOptions()).Select(SettingOption.Of)];

    private readonly Option<LogLevel> _log = new("--log")
    {
        Description = "Least level of the log on standard error",
        DefaultValueFactory = _ => LogLevel.Information,
    };

    public ServeCommand(CliContext cli)
        : base("serve", "Serve a base model and its tenants' tasks over gRPC, until Ctrl-C", cli)
    {
        foreach (var setting in _settings)
        {
            Add(setting.Option);
        }

        Add(_log);
    }

    protected override async Task<int> RunAsync(ParseResult parse, Terminal terminal, CancellationToken cancellation)
    {
        var asked = new ServerOptions { DataDirectory = DefaultData };
        Set(asked, parse);
        terminal.Remark($"Loading {asked.Model.Path} ...");
        var serving = false;
        await using var server = await StartAsync(
            options =>
            {
                options.DataDirectory = DefaultData;
                Set(options, parse);
            },
            logging => Log(logging, parse.GetValue(_log), () => serving),
            cancellation);
        serving = true;
        var address = server.Address.GetLeftPart(UriPartial.Authority);
        terminal.Line($"Serving at [bold]{address}[/], data in {Path.GetFullPath(asked.DataDirectory)}. Ctrl-C ends it.");
        if (server.MetricsAddress is { } metrics)
        {
            terminal.Line($"Metrics at {metrics}.");
        }

        terminal.Line($"Try: cola pool create first --m 2 --tenant me{(server.Address.Port == new ServerOptions().Port ? "" : $" --server {address}")}");
        terminal.Result(new { Address = address, Model = asked.Model.Path, Data = Path.GetFullPath(asked.DataDirectory), Metrics = server.MetricsAddress });
        await server.WaitForShutdownAsync(cancellation);
        return ExitCode.Ok;
    }

    private async Task<ColaServer> StartAsync(Action<ServerOptions> configure, Action<ILoggingBuilder> logging, CancellationToken cancellation)
    {
        try
        {
            return await ColaServer.StartAsync(configure, logging, cancellation);
        }
        catch (OptionsValidationException wrong)
        {
            // People know a setting by its flag.
            throw new OptionsValidationException(wrong.OptionsName, wrong.OptionsType, wrong.Failures.Select(failure =>
                _settings.FirstOrDefault(setting => failure.StartsWith($"{setting.Path}: ", StringComparison.Ordinal)) is { } setting
                    ? setting.Option.Name + failure[setting.Path.Length..]
                    : failure));
        }
    }

    /// <summary>Sets what the command line gives, and the model that comes with cola where it gives none.</summary>
    private void Set(ServerOptions options, ParseResult parse)
    {
        foreach (var (setting, option) in Setting.AllOf(options).Zip(_settings))
        {
            if (option.ValueIn(parse) is { } value)
            {
                setting.Value = value;
            }
        }

        if (options.Model.Path.Length == 0 && parse.GetResult("--model") is null)
        {
            options.Model.Path = EmbeddedModel.Path();
        }
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
