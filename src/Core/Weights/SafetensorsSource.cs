using CoLA.Core.Matrices;
using CoLA.Core.Rejections;
using CoLA.Core.Weights.Tensors;
using TorchSharp;

namespace CoLA.Core.Weights;

/// <summary>The tensors of one safetensors file, or of several shards with an index.</summary>
internal sealed class SafetensorsSource : ITensorSource
{
    private readonly List<SafetensorsFile> _shards = [];
    private readonly Dictionary<string, (SafetensorsFile Shard, CheckpointTensor Tensor)> _tensors = new(StringComparer.Ordinal);

    private SafetensorsSource()
    {
    }

    public IReadOnlyDictionary<string, CheckpointTensor> Tensors =>
        _tensors.ToDictionary(pair => pair.Key, pair => pair.Value.Tensor, StringComparer.Ordinal);

    /// <summary>Opens the files and checks them against the index.</summary>
    /// <param name="files">The files, in any order.</param>
    /// <param name="index">The index; null for a single file.</param>
    /// <exception cref="ModelFileRejection">A file is damaged, or a tensor is not in the shard that the index names.</exception>
    public static SafetensorsSource Open(IReadOnlyList<string> files, ShardIndex? index)
    {
        var source = new SafetensorsSource();
        try
        {
            foreach (var file in files)
            {
                source.Add(SafetensorsFile.Open(file), index);
            }

            if (index is not null)
            {
                source.RefuseAbsent(index);
            }

            return source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    public torch.Tensor Read(string name) => _tensors[name].Shard.Read(name);

    public GroupCodes? ReadCodes(string name) => null;

    public void Dispose()
    {
        foreach (var shard in _shards)
        {
            shard.Dispose();
        }
    }

    private void Add(SafetensorsFile shard, ShardIndex? index)
    {
        _shards.Add(shard);
        var shardName = Path.GetFileName(shard.Path);
        foreach (var (name, entry) in shard.Entries)
        {
            if (index is not null && index.FileOf(name) is var listed && listed != shardName)
            {
                throw new ModelFileRejection(shard.Path, name, $"the tensor in {listed ?? "no file"}, as {index.Path} says", "it here");
            }

            _tensors.Add(name, (shard, new CheckpointTensor(SafetensorsDType.Of(entry.DType).Name, entry.Shape, shard.Path)));
        }
    }

    private void RefuseAbsent(ShardIndex index)
    {
        foreach (var (name, file) in index.WeightMap)
        {
            if (!_tensors.ContainsKey(name))
            {
                throw new ModelFileRejection(index.Path, name, $"the tensor in {file}", "no tensor of that name there");
            }
        }
    }
}
