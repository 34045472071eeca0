using CoLA.Core.Settings;

namespace CoLA.Core.Model;

/// <summary>The base model: what is loaded, where it computes, and how.</summary>
public sealed record ModelOptions
{
    [Setting("--model", "The base model: a directory in HuggingFace layout, or a GGUF file", ValueName = "DIR", Default = "cola-tiny, which comes with cola")]
    public string Path { get; set; } = "";

    [Setting("--device", "Where the model computes: cpu, cuda, cuda:N, or auto for CUDA where it is there")]
    public string Device { get; set; } = "auto";

    [Setting("--quantize", "Store the base model's matrices by codes, on the CPU: less memory, faster answers, slightly other ones")]
    public Quantization Quantization { get; set; }

    [Setting(
        "--threads", "Threads of one operation on the CPU", Least = 1, Most = 256, Advice = "leave it out for as many as there are cores",
        Default = "one per core")]
    public int? Threads { get; set; }

    /// <summary>Compute by the CPU's own kernels where the processor has what they need; off, by libtorch as on every other device.</summary>
    internal bool UseKernels { get; init; } = true;
}
