using CoLA.Core.Engine;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Telemetry;

namespace CoLA.Server.Settings;

/// <summary>What the operator of a server chooses.</summary>
public sealed class ServerOptions
{
    /// <summary>The base model: a directory in HuggingFace layout, or a GGUF file. Required.</summary>
    public string Model { get; set; } = "";

    /// <summary>Where everything that lasts is kept; made where it is not there. Required.</summary>
    public string DataDirectory { get; set; } = "";

    /// <summary><c>cpu</c>, <c>cuda</c>, <c>cuda:N</c>, or <c>auto</c> for CUDA where it is there and the CPU otherwise.</summary>
    public string Device { get; set; } = "auto";

    /// <summary>How the base model's matrices are stored: in the dtype it computes in, or, on the CPU, by codes that take less memory.</summary>
    public Quantization Quantization { get; set; } = Engine.Quantization;

    /// <summary>
    /// The IP address to listen on. Default 127.0.0.1: whoever reaches the server may call it in any tenant's name, so
    /// opening it to a network is asked for.
    /// </summary>
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>The TCP port, 0 to 65535; 0 takes a free one. Default 5290.</summary>
    public int Port { get; set; } = 5290;

    /// <summary>Threads that one operation on the CPU uses, 1 to 256. Default: as many as there are cores.</summary>
    public int? Threads { get; set; }

    /// <summary>Rows that decode together at most, 1 to 1024.</summary>
    public int MaximumRows { get; set; } = Engine.MaximumRows;

    /// <summary>Rows that wait at most, 1 to 1,000,000; one more is refused with a hint to try again.</summary>
    public int MaximumWaiting { get; set; } = Engine.MaximumWaiting;

    /// <summary>Bytes that keys and values may take, at least 1 MiB.</summary>
    public long KeyValueMemory { get; set; } = Engine.KeyValueMemory;

    /// <summary>Prompt tokens per step at most, 1 to 65,536.</summary>
    public int PrefillTokens { get; set; } = Engine.PrefillTokens;

    /// <summary>The same while rows decode, 1 to 65,536: less lets them wait less for others' prompts.</summary>
    public int PrefillTokensBesideDecoding { get; set; } = Engine.PrefillTokensBesideDecoding;

    /// <summary>Tokens of one training micro-batch at most, 1 to 1,048,576: less takes less memory.</summary>
    public int TrainingTokens { get; set; } = Engine.TrainingTokens;

    /// <summary>The same while rows decode, 1 to 1,048,576: less lets them wait less for others' training.</summary>
    public int TrainingTokensBesideDecoding { get; set; } = Engine.TrainingTokensBesideDecoding;

    /// <summary>
    /// Training keeps of each layer only its input, and computes the layer a second time on the way back: less memory, for
    /// a third more work.
    /// </summary>
    public bool GradientCheckpointing { get; set; } = Engine.GradientCheckpointing;

    /// <summary>How long a training session may be idle before it lets go of its tasks, one second to 365 days.</summary>
    public TimeSpan SessionExpiry { get; set; } = Engine.SessionExpiry;

    /// <summary>Jobs that run at once at most, 1 to 1000; the others wait.</summary>
    public int MaximumJobs { get; set; } = Engine.MaximumJobs;

    /// <summary>A directory whose data files every tenant's jobs may name, those in its folders too. Default: none.</summary>
    public string? JobData { get; set; }

    /// <summary>Bytes on the device of folded adapters and of the pools under them, at least 1 MiB; what rows use stays even above it.</summary>
    public long AdapterMemory { get; set; } = Engine.AdapterMemory;

    /// <summary>Bytes of host memory, 0 or more, for folded adapters that left a device with memory of its own; not used on the CPU.</summary>
    public long HostAdapterMemory { get; set; } = Engine.HostAdapterMemory;

    /// <summary>
    /// Bytes on the device, at least 1 MiB, of training sessions' weights, gradients and optimizers; those that a call runs on
    /// stay even above it.
    /// </summary>
    public long TrainingMemory { get; set; } = Engine.TrainingMemory;

    /// <summary>
    /// Bytes of host memory, 0 or more, for sessions that left a device with memory of its own; what is more goes to the data
    /// directory, and so does everything on the CPU.
    /// </summary>
    public long HostTrainingMemory { get; set; } = Engine.HostTrainingMemory;

    /// <summary>Names <c>tenants/TENANT/tasks/TASK</c> of tasks whose served version stays on the device; they may be registered later.</summary>
    public IList<string> PinnedTasks { get; } = [];

    /// <summary>
    /// The TCP port of the metrics, 0 to 65535; 0 takes a free one. A port of their own, for Prometheus speaks HTTP/1.1 where
    /// gRPC speaks HTTP/2, and they name tenants and tasks. Default: none, no metrics are served.
    /// </summary>
    public int? MetricsPort { get; set; }

    /// <summary>Tenants, and tasks, that are counted under their own names, 1 to 10,000; those that come later are counted together.</summary>
    public int MetricsNames { get; set; } = ColaTelemetry.DefaultLabels;

    /// <summary>The tenant that sees all tenants and tasks in the server's status. Default: none; each sees its own.</summary>
    public string? Operator { get; set; }

    private static EngineOptions Engine { get; } = new();

    /// <summary>What of this is the engine's.</summary>
    internal EngineOptions ToEngine() => new()
    {
        Quantization = Quantization,
        MaximumRows = MaximumRows,
        MaximumWaiting = MaximumWaiting,
        KeyValueMemory = KeyValueMemory,
        PrefillTokens = PrefillTokens,
        PrefillTokensBesideDecoding = PrefillTokensBesideDecoding,
        TrainingTokens = TrainingTokens,
        TrainingTokensBesideDecoding = TrainingTokensBesideDecoding,
        GradientCheckpointing = GradientCheckpointing,
        SessionExpiry = SessionExpiry,
        MaximumJobs = MaximumJobs,
        JobData = JobData is null ? null : Path.GetFullPath(JobData),
        AdapterMemory = AdapterMemory,
        HostAdapterMemory = HostAdapterMemory,
        TrainingMemory = TrainingMemory,
        HostTrainingMemory = HostTrainingMemory,
        PinnedTasks = [.. PinnedTasks.Select(name => TaskName.Parse(name, nameof(PinnedTasks)))],
    };
}
