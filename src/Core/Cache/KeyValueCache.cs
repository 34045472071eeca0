using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Cache;

/// <summary>
/// Keys and values of the rows that run, per layer (rows, positions, keyValueHeads, headDim). It grows by doubling to
/// what the running rows need; the scheduler keeps it within its budget. Behind a row's last token, and where no row is,
/// there are zeros: what is masked there is still multiplied, by a weight of zero, and a NaN would pass through it.
/// </summary>
internal sealed class KeyValueCache(ModelConfig config, Device device, ScalarType dtype) : IDisposable
{
    private const int SmallestPositions = 64;

    private readonly Tensor?[] _keys = new Tensor?[config.Layers];
    private readonly Tensor?[] _values = new Tensor?[config.Layers];

    public int Rows { get; private set; }

    public int Positions { get; private set; }

    public long Bytes => BytesFor(Rows, Positions);

    /// <summary>What it would hold after <see cref="EnsureRoom"/>.</summary>
    public long BytesWith(int rows, int positions) => BytesFor(Math.Max(Rows, RowsFor(rows)), Math.Max(Positions, PositionsFor(positions)));

    /// <summary>What it would hold if it were made anew for these rows.</summary>
    public long BytesAlone(int rows, int positions) => BytesFor(RowsFor(rows), PositionsFor(positions));

    public void EnsureRoom(int rows, int positions)
    {
        int wantedRows = Math.Max(Rows, RowsFor(rows)), wantedPositions = Math.Max(Positions, PositionsFor(positions));
        if (wantedRows == Rows && wantedPositions == Positions)
        {
            return;
        }

        using var noGrad = no_grad();
        for (var layer = 0; layer < config.Layers; layer++)
        {
            _keys[layer] = Grown(_keys[layer], wantedRows, wantedPositions);
            _values[layer] = Grown(_values[layer], wantedRows, wantedPositions);
        }

        (Rows, Positions) = (wantedRows, wantedPositions);
    }

    /// <summary>Lets the memory go; for when no row runs.</summary>
    public void Release()
    {
        for (var layer = 0; layer < config.Layers; layer++)
        {
            _keys[layer]?.Dispose();
            _values[layer]?.Dispose();
            _keys[layer] = _values[layer] = null;
        }

        Rows = Positions = 0;
    }

    /// <summary>Moves the <paramref name="length"/> positions of a row to another, which was cleared.</summary>
    public void MoveRow(int from, int to, int length)
    {
        using var noGrad = no_grad();
        for (var layer = 0; layer < config.Layers; layer++)
        {
            using var scope = NewDisposeScope();
            foreach (var tensor in new[] { _keys[layer]!, _values[layer]! })
            {
                tensor[to].narrow(0, 0, length).copy_(tensor[from].narrow(0, 0, length));
            }
        }

        ClearRow(from, length);
    }

    /// <summary>Zeros the <paramref name="length"/> positions that a row has written, for whoever comes next.</summary>
    public void ClearRow(int row, int length)
    {
        using var noGrad = no_grad();
        for (var layer = 0; layer < config.Layers; layer++)
        {
            using var scope = NewDisposeScope();
            _keys[layer]![row].narrow(0, 0, length).zero_();
            _values[layer]![row].narrow(0, 0, length).zero_();
        }
    }

    /// <summary>
    /// Puts keys and values (tokens, keyValueHeads, headDim) at <paramref name="places"/> (tokens): row x Positions + position.
    /// </summary>
    public void Write(int layer, Tensor places, Tensor key, Tensor value)
    {
        long[] flat = [(long)Rows * Positions, config.KeyValueHeads, config.HeadDim];
        _keys[layer]!.view(flat).index_copy_(0, places, key);
        _values[layer]!.view(flat).index_copy_(0, places, value);
    }

    /// <summary>Views (rows, positions, keyValueHeads, headDim) of a stretch of rows and their first positions.</summary>
    public (Tensor Keys, Tensor Values) Read(int layer, int firstRow, int rows, int positions) => (
        _keys[layer]!.narrow(0, firstRow, rows).narrow(1, 0, positions),
        _values[layer]!.narrow(0, firstRow, rows).narrow(1, 0, positions));

    public void Dispose() => Release();

    private static int RowsFor(int rows) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)rows);

    private long BytesFor(long rows, long positions) =>
        2L * config.Layers * rows * positions * config.KeyValueHeads * config.HeadDim * (dtype == float32 ? 4 : 2);

    private int PositionsFor(int positions) => Math.Min(
        config.ContextLength,
        (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(positions, SmallestPositions)));

    private Tensor Grown(Tensor? old, int rows, int positions)
    {
        using var scope = NewDisposeScope();
        var grown = zeros([rows, positions, config.KeyValueHeads, config.HeadDim], dtype, device);
        if (old is not null)
        {
            grown.narrow(0, 0, Rows).narrow(1, 0, Positions).copy_(old);
            old.Dispose();
        }

        return grown.DetachFromDisposeScope();
    }
}
