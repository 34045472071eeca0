using CoLA.Core.Model;
using CoLA.Core.Naming;

namespace CoLA.Core.Engine;

/// <summary>The operator's settings of the engine.</summary>
public sealed record EngineOptions
{
    /// <summary>How the base model's matrices are stored; other than <see cref="Quantization.None"/> on the CPU only.</summary>
    public Quantization Quantization { get; init; }

    /// <summary>Rows that decode together at most, 1 to 1024.</summary>
    public int MaximumRows { get; init; } = 64;

    /// <summary>Rows that wait at most; one more is refused with a hint to try again.</summary>
    public int MaximumWaiting { get; init; } = 4096;

    /// <summary>Bytes that keys and values may take, those included that are kept for rows that begin alike.</summary>
    public long KeyValueMemory { get; init; } = 2L << 30;

    /// <summary>Prompt tokens per step at most.</summary>
    public int PrefillTokens { get; init; } = 512;

    /// <summary>The same while rows decode, so that a long prompt does not stall them.</summary>
    public int PrefillTokensBesideDecoding { get; init; } = 128;

    /// <summary>Tokens of one training micro-batch at most; on an accelerator more are worth their memory.</summary>
    public int TrainingTokens { get; init; } = 512;

    /// <summary>The same while rows decode: a layer of so many tokens is a unit that fits between their steps.</summary>
    public int TrainingTokensBesideDecoding { get; init; } = 256;

    /// <summary>
    /// Training keeps of each layer only its input, and computes the layer a second time on the way back: less memory, for
    /// a third more work.
    /// </summary>
    public bool GradientCheckpointing { get; init; }

    /// <summary>How long a training session may be idle before it lets go of its tasks; above 0.</summary>
    public TimeSpan SessionExpiry { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Bytes on the device of folded adapters, the pools under them and what is derived from those; what rows use stays even above it.</summary>
    public long AdapterMemory { get; init; } = 1L << 30;

    /// <summary>Bytes of host memory for folded adapters that left a device with memory of its own.</summary>
    public long HostAdapterMemory { get; init; } = 4L << 30;

    /// <summary>Bytes on the device that sessions' weights, gradients and optimizers may take; those that a call runs on stay even above it.</summary>
    public long TrainingMemory { get; init; } = 4L << 30;

    /// <summary>Bytes of host memory for sessions that left a device with memory of its own; what is more goes to the data directory.</summary>
    public long HostTrainingMemory { get; init; } = 8L << 30;

    /// <summary>Tasks whose served version stays on the device, whoever else is served; a name may be registered later.</summary>
    public IReadOnlyList<TaskName> PinnedTasks { get; init; } = [];

    /// <summary>Jobs that run at once at most; at least 1.</summary>
    public int MaximumJobs { get; init; } = 4;

    /// <summary>The directory whose data files jobs may name; null for none.</summary>
    public string? JobData { get; init; }

    /// <summary>Compute by the CPU's own kernels where the processor has what they need; off, by libtorch as on every other device.</summary>
    internal bool UseKernels { get; init; } = true;

    /// <summary>How many blocks of <paramref name="bytes"/> the memory for keys and values holds; at least one.</summary>
    internal int BlocksOf(long bytes) => (int)Math.Clamp(KeyValueMemory / bytes, 1, int.MaxValue / 2);
}
