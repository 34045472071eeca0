using CoLA.Core.Artifacts;
using TorchSharp;

namespace CoLA.Core.Weights.Tensors;

/// <summary>The raw little-endian bytes of tensors on the CPU, in pieces, because a span holds at most 2 GiB.</summary>
internal static class TensorBytes
{
    private const long PieceElements = 1 << 24;

    /// <summary>Receives the bytes of a piece and the index of its first element.</summary>
    public delegate void PieceAction(Span<byte> piece, long firstElement);

    /// <summary>Calls <paramref name="action"/> with each piece of a contiguous tensor in turn.</summary>
    public static void ForEachPiece(torch.Tensor tensor, PieceAction action)
    {
        using var flat = tensor.detach().view(-1);
        for (long first = 0; first < flat.numel(); first += PieceElements)
        {
            using var piece = flat.narrow(0, first, Math.Min(PieceElements, flat.numel() - first));
            action(piece.bytes, first);
        }
    }

    /// <summary>A new tensor from the bytes at <paramref name="offset"/>; the caller has checked that the file is long enough.</summary>
    public static torch.Tensor Read(MappedFile file, long offset, torch.ScalarType dtype, ReadOnlySpan<long> shape)
    {
        var tensor = torch.empty(shape, dtype, torch.CPU);
        ForEachPiece(tensor, (piece, first) =>
            file.Span(offset + (first * tensor.element_size()), piece.Length).CopyTo(piece));
        return tensor;
    }
}
