using System.Globalization;
using CoLA.Core.Configuration;
using CoLA.Core.Rejections;
using CoLA.Core.Weights;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>
/// Pool versions and task versions as safetensors files. A pool version holds <c>layers.0.q.A</c> (M, r, in) for every layer
/// and target. Version 1 of a PISSA or PISSA_SLICES pool also holds the initial product, <c>layers.0.q.initial.A</c>
/// (1, rank, in) and <c>layers.0.q.initial.B</c> (1, rank, out). A task version holds <c>layers.0.q.B</c> (N, r, out), its
/// heads transposed, or one head of each tied group (<see cref="TiedHeads"/>), and the part of its coupling that it trains, for
/// example <c>layers.0.q.gate</c>.
/// </summary>
internal static class AdapterFiles
{
    private const string InitialRole = "initial.";

    /// <summary>Writes the A matrices of a pool version, with its shared head and its initial product where it has them.</summary>
    public static void WritePool(Stream stream, PoolMatrices pool)
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        Collect(tensors, pool.A);
        if (pool.Initial is { } initial)
        {
            Collect(tensors, initial.A, InitialRole);
            Collect(tensors, initial.B, InitialRole);
        }

        SafetensorsWriter.Write(stream, tensors, null);
    }

    /// <summary>Writes the heads of a task version and the trained part of its coupling.</summary>
    public static void WriteHeads(Stream stream, FlatMatrices heads)
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        Collect(tensors, heads);
        SafetensorsWriter.Write(stream, tensors, null);
    }

    /// <summary>Reads the matrices of <paramref name="layout"/> to <paramref name="device"/>; the caller disposes them.</summary>
    /// <exception cref="DamagedFileRejection">The file does not hold the matrices of this layout.</exception>
    public static FlatMatrices ReadPool(SafetensorsFile file, MatrixLayout layout, Device device) => Read(file, layout, device);

    /// <summary>Reads the heads of a task version: all N, or one of each tied group, whichever the file holds.</summary>
    /// <exception cref="DamagedFileRejection">The file does not hold the heads of this task.</exception>
    public static FlatMatrices ReadHeads(SafetensorsFile file, ModelConfig config, PoolSpec pool, TaskSpec task, Device device)
    {
        var tied = TiedHeads.Of(config, pool, task)?.Layout;
        var holdsTied = tied is not null && tied.Slots.All(slot => Holds(file, slot.Name(), slot));
        return Read(file, holdsTied ? tied! : MatrixLayout.OfHeads(config, pool, task), device);
    }

    /// <summary>Reads the initial product of a pool into <paramref name="initial"/>.</summary>
    /// <exception cref="DamagedFileRejection">The file does not hold it.</exception>
    public static void ReadInitial(SafetensorsFile file, InitialProduct initial)
    {
        Fill(file, initial.A, InitialRole);
        Fill(file, initial.B, InitialRole);
    }

    private static void Collect(Dictionary<string, Tensor> tensors, FlatMatrices matrices, string role = "")
    {
        foreach (var slot in matrices.Layout.Slots)
        {
            tensors.Add(slot.Name(role), matrices.View(slot));
        }
    }

    private static FlatMatrices Read(SafetensorsFile file, MatrixLayout layout, Device device)
    {
        var matrices = FlatMatrices.Zeros(layout, device);
        try
        {
            Fill(file, matrices);
            return matrices;
        }
        catch
        {
            matrices.Dispose();
            throw;
        }
    }

    private static void Fill(SafetensorsFile file, FlatMatrices matrices, string role = "")
    {
        using var noGrad = no_grad();
        foreach (var slot in matrices.Layout.Slots)
        {
            using var scope = NewDisposeScope();
            var name = slot.Name(role);
            if (!Holds(file, name, slot))
            {
                throw new DamagedFileRejection(
                    file.Path,
                    string.Create(CultureInfo.InvariantCulture, $"it has no {name} of shape ({string.Join(", ", slot.Shape)})"));
            }

            matrices.View(slot).copy_(file.Read(name));
        }
    }

    private static bool Holds(SafetensorsFile file, string name, MatrixSlot slot) =>
        file.Entries.TryGetValue(name, out var entry) && entry.Shape.SequenceEqual(slot.Shape);
}
