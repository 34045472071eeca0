using System.Net;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Settings;
using Microsoft.Extensions.Options;

namespace CoLA.Server.Settings;

/// <summary>Finds everything that is wrong with the options, each with its cure, before anything is loaded.</summary>
internal sealed class ServerOptionsValidator : IValidateOptions<ServerOptions>
{
    public ValidateOptionsResult Validate(string? name, ServerOptions options)
    {
        string[] failures =
        [
            .. from setting in Setting.AllOf(options)
               let problem = setting.Problem() ?? RuleOf(setting.Path)(options)
               where problem is not null
               select $"{setting.Path}: {problem}",
        ];
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    /// <summary>What a range cannot say of a setting; null where the value is right.</summary>
    private static Func<ServerOptions, string?> RuleOf(string setting) => setting switch
    {
        "Model.Path" => options => ModelProblem(options.Model.Path),
        "Model.Device" => options => ComputeDevice.Problem(options.Model.Device),
        "Model.Quantization" => options => Enum.IsDefined(options.Model.Quantization)
            ? null
            : $"{options.Model.Quantization} is no quantisation; choose {string.Join(", ", Enum.GetNames<Quantization>())}",
        "DataDirectory" => options => DataProblem(options.DataDirectory),
        "Residency.PinnedTasks" =>
            options => options.Residency.PinnedTasks.FirstOrDefault(task => NameProblem(() => TaskName.Parse(task)) is not null) is { } task
            ? $"'{task}' is not the name of a task; write tenants/TENANT/tasks/TASK"
            : null,
        "Jobs.Data" => options => options.Jobs.Data is null || Directory.Exists(options.Jobs.Data)
            ? null
            : $"'{options.Jobs.Data}' is not a directory that is there; leave it out to let jobs name no files",
        "Host" => options => IPAddress.TryParse(options.Host, out _)
            ? null
            : $"'{options.Host}' is not an IP address; 127.0.0.1 for this machine, 0.0.0.0 for every network",
        "Metrics.Port" => options => options.Metrics.Port is null or 0 || options.Metrics.Port != options.Port
            ? null
            : $"{options.Metrics.Port} is the port of gRPC; take another, 9464 for example",
        "Operator" => options => options.Operator is { } tenant ? NameProblem(() => TenantId.Parse(tenant)) : null,
        _ => _ => null,
    };

    private static string? ModelProblem(string path) => path.Length == 0
        ? "name a model directory in HuggingFace layout, or a GGUF file"
        : Directory.Exists(path) || File.Exists(path)
            ? null
            : $"'{path}' is not there; name a model directory in HuggingFace layout, or a GGUF file";

    private static string? DataProblem(string path) => path.Length == 0
        ? "name a directory for what lasts"
        : File.Exists(path)
            ? $"'{path}' is a file; name a directory"
            : null;

    /// <summary>What is wrong with a name; null where nothing is.</summary>
    private static string? NameProblem(Action parse)
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
