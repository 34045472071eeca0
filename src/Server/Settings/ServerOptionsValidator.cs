using System.Net;
using CoLA.Core.Model;
using Microsoft.Extensions.Options;

namespace CoLA.Server.Settings;

/// <summary>Finds everything that is wrong with the options, each with its cure, before anything is loaded.</summary>
internal sealed class ServerOptionsValidator : IValidateOptions<ServerOptions>
{
    private const int MaximumPort = 65535;
    private const int MaximumThreads = 256;

    public ValidateOptionsResult Validate(string? name, ServerOptions options)
    {
        var result = new ValidateOptionsResultBuilder();
        void Check(bool holds, string property, string cure)
        {
            if (!holds)
            {
                result.AddError(cure, property);
            }
        }

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
        Check(IPAddress.TryParse(options.Host, out _), nameof(options.Host), $"'{options.Host}' is not an IP address; 127.0.0.1 for this machine, 0.0.0.0 for every network");
        Check(options.Port is >= 0 and <= MaximumPort, nameof(options.Port), $"{options.Port} is not in 0..{MaximumPort}; 0 takes a free one");
        Check(
            options.Threads is null or (>= 1 and <= MaximumThreads),
            nameof(options.Threads),
            $"{options.Threads} is not in 1..{MaximumThreads}; leave it out for as many as there are cores");
        if (ComputeDevice.Problem(options.Device) is { } problem)
        {
            result.AddError(problem, nameof(options.Device));
        }

        return result.Build();
    }
}
