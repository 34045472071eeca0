using System.Globalization;
using CoLA.Core.Rejections;
using TorchSharp;

namespace CoLA.Core.Model;

/// <summary>The compute device that the operator chooses by name.</summary>
public static class ComputeDevice
{
    private const string CudaPrefix = "cuda:";

    /// <summary>Why the device with this name cannot be used; null if it can.</summary>
    public static string? Problem(string name) => name switch
    {
        "cpu" or "auto" => null,
        "cuda" => CudaProblem(name, 0),
        _ when name.StartsWith(CudaPrefix, StringComparison.Ordinal)
            && int.TryParse(name[CudaPrefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var index) => CudaProblem(name, index),
        _ => $"'{name}' is not a device; choose cpu, cuda, cuda:N or auto",
    };

    /// <summary>The named device.</summary>
    /// <exception cref="InvalidArgumentRejection">The name is not a device name, or this machine has no such device.</exception>
    internal static torch.Device Of(string name) => Problem(name) is { } problem
        ? throw new InvalidArgumentRejection("device", problem)
        : name switch
        {
            "cpu" => torch.CPU,
            "auto" => torch.cuda.is_available() ? new torch.Device(DeviceType.CUDA, 0) : torch.CPU,
            "cuda" => new torch.Device(DeviceType.CUDA, 0),
            _ => new torch.Device(DeviceType.CUDA, int.Parse(name[CudaPrefix.Length..], CultureInfo.InvariantCulture)),
        };

    private static string? CudaProblem(string name, int index)
    {
        if (!torch.cuda.is_available())
        {
            return $"'{name}' was asked for, but libtorch finds no CUDA device; choose cpu or auto, or build with -p:TorchBackend=cuda on a machine that "
                + "has one";
        }

        var count = torch.cuda.device_count();
        return index < count ? null : $"'{name}' was asked for, but there are {count} CUDA devices, counted from 0";
    }
}
