using System.Globalization;
using System.Net;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using Microsoft.Extensions.Options;

namespace CoLA.Server.Settings;

/// <summary>Finds everything that is wrong with the options, each with its cure, before anything is loaded.</summary>
internal sealed class ServerOptionsValidator : IValidateOptions<ServerOptions>
{
    private const int MaximumPort = 65535;
    private const int MaximumThreads = 256;
    private const int MaximumRows = 1024;
    private const int MaximumWaiting = 1_000_000;
    private const int MaximumPrefillTokens = 1 << 16;
    private const int MaximumTrainingTokens = 1 << 20;
    private const int MaximumJobs = 1000;
    private const int MaximumMetricsNames = 10_000;
    private static readonly TimeSpan MaximumSessionExpiry = TimeSpan.FromDays(365);
    private const long LeastMemory = 1 << 20;

    public ValidateOptionsResult Validate(string? name, ServerOptions options)
    {
        var failures = new List<string>();
        void Check(bool holds, string property, string cure)
        {
            if (!holds)
            {
                failures.Add($"{property}: {cure}");
            }
        }

        void CheckRange(long value, long least, long most, string property, string cure) =>
            Check(value >= least && value <= most, property, string.Create(CultureInfo.InvariantCulture, $"{value} is not in {least}..{most}; {cure}"));

        void CheckMemory(long bytes, string property, string why) =>
            Check(bytes >= LeastMemory, property, string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes are less than 1 MiB; {why}"));

        Check(
            Directory.Exists(options.Model) || File.Exists(options.Model),
            nameof(options.Model),
            options.Model.Length == 0
                ? "name a model directory in HuggingFace layout, or a GGUF file"
                : $"'{options.Model}' is not there; name a model directory in HuggingFace layout, or a GGUF file");
        Check(options.DataDirectory.Length > 0, nameof(options.DataDirectory), "name a directory for what lasts");
        Check(
            !File.Exists(options.DataDirectory),
            nameof(options.DataDirectory),
            $"'{options.DataDirectory}' is a file; name a directory");
        Check(
            Enum.IsDefined(options.Quantization),
            nameof(options.Quantization),
            $"{options.Quantization} is no quantisation; choose {string.Join(", ", Enum.GetNames<Quantization>())}");
        Check(
            IPAddress.TryParse(options.Host, out _),
            nameof(options.Host),
            $"'{options.Host}' is not an IP address; 127.0.0.1 for this machine, 0.0.0.0 for every network");
        CheckRange(options.Port, 0, MaximumPort, nameof(options.Port), "0 takes a free one");
        CheckRange(options.Threads ?? 1, 1, MaximumThreads, nameof(options.Threads), "leave it out for as many as there are cores");
        CheckRange(options.MaximumRows, 1, MaximumRows, nameof(options.MaximumRows), "more rows give more tokens a second in all, and fewer to each");
        CheckRange(options.MaximumWaiting, 1, MaximumWaiting, nameof(options.MaximumWaiting), "what finds no place is refused with a hint to try again");
        CheckRange(options.PrefillTokens, 1, MaximumPrefillTokens, nameof(options.PrefillTokens), "some hundreds use the processor well");
        CheckRange(
            options.PrefillTokensBesideDecoding,
            1,
            MaximumPrefillTokens,
            nameof(options.PrefillTokensBesideDecoding),
            "some tens to hundreds keep prompts from stalling the rows that decode");
        CheckRange(
            options.TrainingTokens, 1, MaximumTrainingTokens, nameof(options.TrainingTokens), "some hundreds use the processor well, less takes less memory");
        Check(
            options.SessionExpiry >= TimeSpan.FromSeconds(1) && options.SessionExpiry <= MaximumSessionExpiry,
            nameof(options.SessionExpiry),
            $"{options.SessionExpiry} is not in 00:00:01..{MaximumSessionExpiry}; an hour frees what was forgotten and lets pauses be");
        CheckRange(
            options.TrainingTokensBesideDecoding,
            1,
            MaximumTrainingTokens,
            nameof(options.TrainingTokensBesideDecoding),
            "some hundreds keep training from stalling the rows that decode");
        CheckRange(options.MaximumJobs, 1, MaximumJobs, nameof(options.MaximumJobs), "each that runs takes the memory of a training session; the others wait");
        Check(
            options.JobData is null || Directory.Exists(options.JobData),
            nameof(options.JobData),
            $"'{options.JobData}' is not a directory that is there; leave it out to let jobs name no files");
        CheckRange(options.MetricsPort ?? 0, 0, MaximumPort, nameof(options.MetricsPort), "0 takes a free one, leave it out to serve no metrics");
        Check(
            options.MetricsPort is null or 0 || options.MetricsPort != options.Port,
            nameof(options.MetricsPort),
            $"{options.MetricsPort} is the port of gRPC; take another, 9464 for example");
        CheckRange(options.MetricsNames, 1, MaximumMetricsNames, nameof(options.MetricsNames), "every name takes some lines of each scrape");
        if (options.Operator is { } tenant && Problem(() => TenantId.Parse(tenant)) is { } problem)
        {
            Check(false, nameof(options.Operator), problem);
        }

        CheckMemory(options.KeyValueMemory, nameof(options.KeyValueMemory), "a row cannot run without keys and values");
        CheckMemory(options.AdapterMemory, nameof(options.AdapterMemory), "a task cannot be served without its adapter");
        Check(
            options.HostAdapterMemory >= 0, nameof(options.HostAdapterMemory), $"{options.HostAdapterMemory} bytes are less than none; 0 keeps nothing there");
        CheckMemory(options.TrainingMemory, nameof(options.TrainingMemory), "a session cannot train without its weights");
        Check(
            options.HostTrainingMemory >= 0,
            nameof(options.HostTrainingMemory),
            $"{options.HostTrainingMemory} bytes are less than none; 0 sends to the disk what leaves the device");
        foreach (var task in options.PinnedTasks)
        {
            Check(
                Problem(() => TaskName.Parse(task, nameof(ServerOptions.PinnedTasks))) is null,
                nameof(options.PinnedTasks),
                $"'{task}' is not the name of a task; write tenants/TENANT/tasks/TASK");
        }

        Check(ComputeDevice.Problem(options.Device) is null, nameof(options.Device), ComputeDevice.Problem(options.Device) ?? "");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    /// <summary>What is wrong with a name; null where nothing is.</summary>
    private static string? Problem(Action parse)
    {
        try
        {
            parse();
            return null;
        }
        catch (InvalidArgumentRejection rejection)
        {
            return rejection.Violations[0].Description;
        }
    }
}
