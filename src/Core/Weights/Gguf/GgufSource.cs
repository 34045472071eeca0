using CoLA.Core.Configuration;
using CoLA.Core.Matrices;
using CoLA.Core.Rejections;
using CoLA.Core.Weights.Tensors;
using TorchSharp;

namespace CoLA.Core.Weights.Gguf;

/// <summary>
/// The tensors of a GGUF file under HuggingFace's names and in HuggingFace's order of rows. Files of the llama architecture
/// permute the rows of attn_q and attn_k, per head, from the half-split to the interleaved rotary layout; reading undoes this.
/// </summary>
internal sealed class GgufSource : ITensorSource
{
    private readonly GgufFile _file;
    private readonly ModelConfig _config;
    private readonly bool _permuted;
    private readonly Dictionary<string, string> _fileNames = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CheckpointTensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>Takes ownership of <paramref name="file"/>.</summary>
    /// <exception cref="ModelFileRejection">A tensor name is unknown or occurs twice.</exception>
    public GgufSource(GgufFile file, ModelConfig config)
    {
        _file = file;
        _config = config;
        _permuted = GgufModelConfig.ArchitectureOf(file) == GgufModelConfig.Llama;
        foreach (var (fileName, tensor) in file.Tensors)
        {
            if (fileName == GgufNames.RopeFactors)
            {
                continue;
            }

            var name = GgufNames.ToHuggingFace(fileName)
                ?? throw new ModelFileRejection(file.Path, fileName, "a tensor of the supported families", "another");
            if (!_tensors.TryAdd(name, new CheckpointTensor($"{tensor.Type}", tensor.Shape, file.Path)))
            {
                throw new ModelFileRejection(file.Path, fileName, "one tensor for each name", $"a second {name}");
            }

            _fileNames.Add(name, fileName);
        }
    }

    public IReadOnlyDictionary<string, CheckpointTensor> Tensors => _tensors;

    public IReadOnlyDictionary<string, object> Metadata => _file.Metadata;

    public torch.Tensor Read(string name) => InOrder(name, _file.Read(_fileNames[name]));

    public GroupCodes? ReadCodes(string name) => _file.ReadCodes(_fileNames[name]) is { } codes
        ? new GroupCodes(InOrder(name, codes.Codes), InOrder(name, codes.Scales), InOrder(name, codes.Minima))
        : null;

    /// <summary>Whether the file holds the tensor in a quantised type.</summary>
    public bool IsQuantised(string name) => GgmlFormat.Of(_file.Tensors[_fileNames[name]].Type)!.Dequantise is not null;

    public void Dispose() => _file.Dispose();

    /// <summary>Brings values that belong to the rows of a tensor into HuggingFace's order of rows.</summary>
    private torch.Tensor InOrder(string name, torch.Tensor rows)
    {
        if (!_permuted)
        {
            return rows;
        }

        return name.Contains(".self_attn.q_proj.", StringComparison.Ordinal)
            ? HalfSplit(rows, _config.Heads)
            : name.Contains(".self_attn.k_proj.", StringComparison.Ordinal) ? HalfSplit(rows, _config.KeyValueHeads) : rows;
    }

    private static torch.Tensor HalfSplit(torch.Tensor interleaved, int heads)
    {
        using var scope = torch.NewDisposeScope();
        using var _ = interleaved;
        var rows = interleaved.reshape(heads, interleaved.shape[0] / heads / 2, 2, -1); // (heads, headDim / 2, 2, in)
        return rows.transpose(1, 2).contiguous().view(interleaved.shape).MoveToOuterDisposeScope();
    }
}
