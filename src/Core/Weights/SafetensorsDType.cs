using TorchSharp;

namespace CoLA.Core.Weights;

/// <summary>The dtypes of safetensors that this project reads and writes, and their TorchSharp counterparts.</summary>
internal static class SafetensorsDType
{
    private static readonly Dictionary<string, (torch.ScalarType DType, int Size)> Known = new(StringComparer.Ordinal)
    {
        ["F64"] = (torch.ScalarType.Float64, 8),
        ["F32"] = (torch.ScalarType.Float32, 4),
        ["F16"] = (torch.ScalarType.Float16, 2),
        ["BF16"] = (torch.ScalarType.BFloat16, 2),
        ["I64"] = (torch.ScalarType.Int64, 8),
        ["I32"] = (torch.ScalarType.Int32, 4),
        ["U8"] = (torch.ScalarType.Byte, 1),
    };

    /// <summary>All names, for error messages.</summary>
    public static string Names => string.Join(", ", Known.Keys);

    /// <summary>The dtype of a name and its size in bytes; false for an unknown name.</summary>
    public static bool TryParse(string name, out torch.ScalarType dtype, out int size)
    {
        var known = Known.TryGetValue(name, out var found);
        (dtype, size) = found;
        return known;
    }

    /// <summary>The name of a dtype and its size in bytes.</summary>
    /// <exception cref="ArgumentException">The dtype has no name here.</exception>
    public static (string Name, int Size) Of(torch.ScalarType dtype)
    {
        foreach (var (name, known) in Known)
        {
            if (known.DType == dtype)
            {
                return (name, known.Size);
            }
        }

        throw new ArgumentException($"a tensor of dtype {dtype} cannot be written; use one of {Names}", nameof(dtype));
    }
}
