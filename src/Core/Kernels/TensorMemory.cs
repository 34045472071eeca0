using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace CoLA.Core.Kernels;

/// <summary>Where a tensor on the CPU lies.</summary>
internal static unsafe class TensorMemory
{
    /// <summary>The first element of a contiguous float32 tensor, valid for as long as the tensor lives.</summary>
    public static float* Floats(this torch.Tensor tensor)
    {
        if (tensor.dtype != torch.float32 || tensor.device_type != DeviceType.CPU || !tensor.is_contiguous())
        {
            throw new ArgumentException("the kernels read contiguous float32 on the CPU", nameof(tensor));
        }

        return (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
    }

    /// <summary>The first element of a contiguous int64 tensor, valid for as long as the tensor lives.</summary>
    public static long* Longs(this torch.Tensor tensor)
    {
        if (tensor.dtype != torch.int64 || tensor.device_type != DeviceType.CPU || !tensor.is_contiguous())
        {
            throw new ArgumentException("the kernels read contiguous int64 on the CPU", nameof(tensor));
        }

        return (long*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
    }
}
