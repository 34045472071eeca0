using System.Globalization;
using TorchSharp;

namespace CoLA.Server.Settings;

/// <summary>The device that the operator names.</summary>
public static class ComputeDevice
{
    private const string CudaPrefix = "cuda:";

    /// <summary>The named device.</summary>
    /// <exception cref="ArgumentException">The name is not of a device, or the device is not there.</exception>
    public static torch.Device Of(string name)
    {
        if (Problem(name) is { } problem)
        {
            throw new ArgumentException(problem, nameof(name));
        }

        return name switch
        {
            "cpu" => torch.CPU,
            "auto" => torch.cuda.is_available() ? torch.CUDA : torch.CPU,
            _ => torch.device(name),
        };
    }

    /// <summary>Why the named device cannot be used; null where it can.</summary>
    internal static string? Problem(string name) => name switch
    {
        "cpu" or "auto" => null,
        "cuda" => CudaProblem(name, 0),
        _ when name.StartsWith(CudaPrefix, StringComparison.Ordinal)
            && int.TryParse(name[CudaPrefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var index) => CudaProblem(name, index),
        _ => $"'{name}' is not a device; choose cpu, cuda, cuda:N or auto",
    };

    private static string? CudaProblem(string name, int index)
    {
        if (!torch.cuda.is_available())
        {
            return $"'{name}' was asked for, but libtorch finds no CUDA device: choose cpu or auto, or build with -p:TorchBackend=cuda on a machine that has one";
        }

        var count = torch.cuda.device_count();
        return index < count ? null : $"'{name}' was asked for, but there are {count} CUDA devices, counted from 0";
    }
}
