using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Naming;
using CoLA.Cli.Options;
using CoLA.Cli.Rendering;
using CoLA.Core.Model;
using CoLA.Server;
using CoLA.Server.Settings;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CoLA.Cli.Commands;

/// <summary><c>cola serve</c></summary>
internal sealed class ServeCommand : CliCommand
{
    private static readonly ServerOptions Defaults = new();

    private readonly Option<string?> _model = new("--model")
    {
        Description = "The base model: a directory in HuggingFace layout, or a GGUF file [default: cola-tiny, which comes with cola]",
        HelpName = "DIR",
    };
    private readonly Option<string> _data = new("--data")
    {
        Description = "Directory of everything that lasts; made where it is not there",
        HelpName = "DIR",
        DefaultValueFactory = _ => "cola-data",
    };
    private readonly Option<string> _device = new("--device")
    {
        Description = "cpu, cuda, cuda:N, or auto for CUDA where it is there",
        DefaultValueFactory = _ => Defaults.Device,
    };
    private readonly Option<Quantization?> _quantize = EnumWords.Option<Quantization>(
        "--quantize", "Store the base model's matrices by codes, on the CPU: less memory, faster answers, slightly other ones");
    private readonly Option<string> _host = new("--host")
    {
        Description = "IP address to listen on; 0.0.0.0 opens it to every network, where anybody may call in any tenant's name",
        DefaultValueFactory = _ => Defaults.Host,
    };
    private readonly Option<int> _port = new("--port") { Description = "TCP port; 0 takes a free one", DefaultValueFactory = _ => Defaults.Port };
    private readonly Option<int?> _threads = new("--threads") { Description = "Threads of one operation on the CPU [default: one per core]" };
    private readonly Option<int> _maximumRows = new("--max-rows")
    {
        Description = "Rows that decode together at most",
        DefaultValueFactory = _ => Defaults.MaximumRows,
    };
    private readonly Option<int> _maximumWaiting = new("--max-waiting")
    {
        Description = "Rows that wait at most; one more is refused with a hint to try again",
        DefaultValueFactory = _ => Defaults.MaximumWaiting,
    };
    private readonly ByteSizeOption _keyValueMemory = new("--kv-memory", "Memory that keys and values may take", Defaults.KeyValueMemory);
    private readonly ByteSizeOption _adapterMemory = new(
        "--adapter-memory", "Memory of the device that folded adapters and the pools under them may take", Defaults.AdapterMemory);
    private readonly ByteSizeOption _hostAdapterMemory = new(
        "--host-adapter-memory", "Host memory for folded adapters that left the device; not used on the CPU", Defaults.HostAdapterMemory);
    private readonly ByteSizeOption _trainingMemory = new(
        "--training-memory",
        "Memory of the device that training sessions may take; beyond it, those called least recently wait in host memory or on disk",
        Defaults.TrainingMemory);
    private readonly ByteSizeOption _hostTrainingMemory = new(
        "--host-training-memory",
        "Host memory for training sessions that left the device, beyond it they go to disk; not used on the CPU",
        Defaults.HostTrainingMemory);
    private readonly Option<string[]> _pin = new("--pin")
    {
        Description = "Task whose served version stays on the device, tenants/TENANT/tasks/TASK; repeatable",
        HelpName = "TASK",
    };
    private readonly Option<int> _prefillTokens = new("--prefill-tokens")
    {
        Description = "Prompt tokens of one step at most",
        DefaultValueFactory = _ => Defaults.PrefillTokens,
    };
    private readonly Option<int> _prefillTokensBeside = new("--prefill-tokens-beside")
    {
        Description = "The same while rows decode; fewer let them wait less for others' prompts",
        DefaultValueFactory = _ => Defaults.PrefillTokensBesideDecoding,
    };
    private readonly Option<int> _trainingTokens = new("--training-tokens")
    {
        Description = "Tokens of one training micro-batch at most; fewer take less memory",
        DefaultValueFactory = _ => Defaults.TrainingTokens,
    };
    private readonly Option<bool> _checkpointing = new("--gradient-checkpointing")
    {
        Description = "Train with less memory and a third more work: layers are computed a second time instead of kept",
    };
    private readonly DurationOption _sessionExpiry = new(
        "--session-expiry", "How long a training session may be idle before it lets go of its tasks", Defaults.SessionExpiry);
    private readonly Option<int> _maximumJobs = new("--max-jobs")
    {
        Description = "Jobs that run at once at most; the others wait",
        DefaultValueFactory = _ => Defaults.MaximumJobs,
    };
    private readonly Option<string?> _jobData = new("--job-data")
    {
        Description = "Directory whose data files every tenant's jobs may name [default: none]",
        HelpName = "DIR",
    };
    private readonly Option<int> _trainingTokensBeside = new("--training-tokens-beside")
    {
        Description = "The same while rows decode; fewer let them wait less for others' training",
        DefaultValueFactory = _ => Defaults.TrainingTokensBesideDecoding,
    };
    private readonly Option<int?> _metricsPort = new("--metrics-port")
    {
        Description = "TCP port where Prometheus finds metrics, at /metrics; 0 takes a free one [default: none]",
    };
    private readonly Option<int> _metricsNames = new("--metrics-names")
    {
        Description = "Tenants, and tasks, that are counted under their own names; later ones are counted together",
        DefaultValueFactory = _ => Defaults.MetricsNames,
    };
    private readonly Option<string?> _operator = new("--operator")
    {
        Description = "The tenant that sees all tenants and tasks in `cola top` [default: none, each sees its own]",
        HelpName = "TENANT",
    };
    private readonly Option<LogLevel> _log = new("--log")
    {
        Description = "Least level of the log on standard error",
        DefaultValueFactory = _ => LogLevel.Information,
    };

    public ServeCommand(CliContext cli)
        : base("serve", "Serve a base model and its tenants' tasks over gRPC, until Ctrl-C", cli)
    {
        foreach (var flag in Flags.Values)
        {
            Add(flag);
        }

        Add(_log);
    }

    /// <summary>The flag of each of the server's options; what is wrong with an option is told under its flag.</summary>
    private Dictionary<string, Option> Flags => new(StringComparer.Ordinal)
    {
        [nameof(ServerOptions.Model)] = _model,
        [nameof(ServerOptions.DataDirectory)] = _data,
        [nameof(ServerOptions.Device)] = _device,
        [nameof(ServerOptions.Quantization)] = _quantize,
        [nameof(ServerOptions.Host)] = _host,
        [nameof(ServerOptions.Port)] = _port,
        [nameof(ServerOptions.Threads)] = _threads,
        [nameof(ServerOptions.MaximumRows)] = _maximumRows,
        [nameof(ServerOptions.MaximumWaiting)] = _maximumWaiting,
        [nameof(ServerOptions.KeyValueMemory)] = _keyValueMemory,
        [nameof(ServerOptions.AdapterMemory)] = _adapterMemory,
        [nameof(ServerOptions.HostAdapterMemory)] = _hostAdapterMemory,
        [nameof(ServerOptions.TrainingMemory)] = _trainingMemory,
        [nameof(ServerOptions.HostTrainingMemory)] = _hostTrainingMemory,
        [nameof(ServerOptions.PinnedTasks)] = _pin,
        [nameof(ServerOptions.PrefillTokens)] = _prefillTokens,
        [nameof(ServerOptions.PrefillTokensBesideDecoding)] = _prefillTokensBeside,
        [nameof(ServerOptions.TrainingTokens)] = _trainingTokens,
        [nameof(ServerOptions.TrainingTokensBesideDecoding)] = _trainingTokensBeside,
        [nameof(ServerOptions.GradientCheckpointing)] = _checkpointing,
        [nameof(ServerOptions.SessionExpiry)] = _sessionExpiry,
        [nameof(ServerOptions.MaximumJobs)] = _maximumJobs,
        [nameof(ServerOptions.JobData)] = _jobData,
        [nameof(ServerOptions.MetricsPort)] = _metricsPort,
        [nameof(ServerOptions.MetricsNames)] = _metricsNames,
        [nameof(ServerOptions.Operator)] = _operator,
    };

    protected override async Task<int> RunAsync(ParseResult parse, Terminal terminal, CancellationToken cancellation)
    {
        var model = parse.GetValue(_model) ?? EmbeddedModel.Path();
        var data = parse.GetRequiredValue(_data);
        terminal.Remark($"Loading {model} ...");
        var serving = false;
        await using var server = await StartAsync(
            options =>
            {
                options.Model = model;
                options.DataDirectory = data;
                options.Device = parse.GetRequiredValue(_device);
                options.Quantization = parse.GetValue(_quantize) ?? options.Quantization;
                options.Host = parse.GetRequiredValue(_host);
                options.Port = parse.GetValue(_port);
                options.Threads = parse.GetValue(_threads);
                options.MaximumRows = parse.GetValue(_maximumRows);
                options.MaximumWaiting = parse.GetValue(_maximumWaiting);
                options.KeyValueMemory = parse.GetValue(_keyValueMemory) ?? options.KeyValueMemory;
                options.AdapterMemory = parse.GetValue(_adapterMemory) ?? options.AdapterMemory;
                options.HostAdapterMemory = parse.GetValue(_hostAdapterMemory) ?? options.HostAdapterMemory;
                options.TrainingMemory = parse.GetValue(_trainingMemory) ?? options.TrainingMemory;
                options.HostTrainingMemory = parse.GetValue(_hostTrainingMemory) ?? options.HostTrainingMemory;
                foreach (var task in parse.GetValue(_pin) ?? [])
                {
                    options.PinnedTasks.Add(task);
                }

                options.PrefillTokens = parse.GetValue(_prefillTokens);
                options.PrefillTokensBesideDecoding = parse.GetValue(_prefillTokensBeside);
                options.TrainingTokens = parse.GetValue(_trainingTokens);
                options.TrainingTokensBesideDecoding = parse.GetValue(_trainingTokensBeside);
                options.GradientCheckpointing = parse.GetValue(_checkpointing);
                options.SessionExpiry = parse.GetValue(_sessionExpiry) ?? options.SessionExpiry;
                options.MaximumJobs = parse.GetValue(_maximumJobs);
                options.JobData = parse.GetValue(_jobData);
                options.MetricsPort = parse.GetValue(_metricsPort);
                options.MetricsNames = parse.GetValue(_metricsNames);
                options.Operator = parse.GetValue(_operator);
            },
            logging => Log(logging, parse.GetValue(_log), () => serving),
            cancellation);
        serving = true;
        var address = server.Address.GetLeftPart(UriPartial.Authority);
        terminal.Line($"Serving at [bold]{address}[/], data in {Path.GetFullPath(data)}. Ctrl-C ends it.");
        if (server.MetricsAddress is { } metrics)
        {
            terminal.Line($"Metrics at {metrics}.");
        }

        terminal.Line($"Try: cola pool create first --m 2 --tenant me{(server.Address.Port == Defaults.Port ? "" : $" --server {address}")}");
        terminal.Result(new { Address = address, Model = model, Data = Path.GetFullPath(data), Metrics = server.MetricsAddress });
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
            // An option that is told by its property's name has no flag of its own.
            throw new OptionsValidationException(wrong.OptionsName, wrong.OptionsType, wrong.Failures.Select(failure =>
                failure.IndexOf(':', StringComparison.Ordinal) is > 0 and var end && Flags.TryGetValue(failure[..end], out var flag)
                    ? flag.Name + failure[end..]
                    : failure));
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
