using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace CoLA.Core.Kernels;

/// <summary>Pointers to the memory of tensors on the CPU.</summary>
internal static unsafe class TensorMemory
{
    /// <summary>A pointer to the first element of a contiguous float32 tensor on the CPU; valid while the tensor lives.</summary>
    /// <exception cref="ArgumentException">The tensor has another dtype or device, or is not contiguous.</exception>
    public static float* Floats(this torch.Tensor tensor)
    {
        if (tensor.dtype != torch.float32 || tensor.device_type != DeviceType.CPU || !tensor.is_contiguous())
        {
            throw new ArgumentException("the kernels need a contiguous float32 tensor on the CPU", nameof(tensor));
        }

        return (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
    }

    /// <summary>A pointer to the first element of a contiguous int64 tensor on the CPU; valid while the tensor lives.</summary>
    /// <exception cref="ArgumentException">The tensor has another dtype or device, or is not contiguous.</exception>
    public static long* Longs(this torch.Tensor tensor)
    {
        if (tensor.dtype != torch.int64 || tensor.device_type != DeviceType.CPU || !tensor.is_contiguous())
        {
            throw new ArgumentException("the kernels need a contiguous int64 tensor on the CPU", nameof(tensor));
        }

        return (long*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
    }
}
