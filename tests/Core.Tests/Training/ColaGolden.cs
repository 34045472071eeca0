using System.Text.Json;
using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Adapters.Resident;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Optimizers;
using CoLA.Core.Training.State;
using CoLA.Core.Weights;
using CoLA.TestKit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Training;

/// <summary>
/// One case of goldens/cola: a pool, one or two tasks, and what twenty or so steps of other software made of them.
/// </summary>
internal sealed class ColaGolden : IDisposable
{
    private static readonly Dictionary<string, Strategy> Strategies = new(StringComparer.Ordinal)
    {
        ["LORA"] = Strategy.Lora,
        ["FULL"] = Strategy.Full,
        ["HEURISTIC"] = Strategy.Heuristic,
        ["HEURISTIC_BALANCED"] = Strategy.HeuristicBalanced,
        ["RANDOM"] = Strategy.Random,
        ["RANDOM_REVERSED"] = Strategy.RandomReversed,
    };

    private static readonly Dictionary<string, Strategy> Methods = new(StringComparer.Ordinal)
    {
        ["moe-lora-3"] = Strategy.MoeLora,
        ["hydra-lora-1x3"] = Strategy.HydraLora,
        ["colora-core"] = Strategy.Colora,
    };

    private readonly JsonDocument _case;
    private readonly SafetensorsFile _tensors;
    private readonly Checkpoint _checkpoint;
    private readonly bool _named;

    private ColaGolden(string directory, bool kernels)
    {
        _case = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "case.json")));
        _tensors = SafetensorsFile.Open(Path.Combine(directory, "tensors.safetensors"));
        _checkpoint = Checkpoint.Open(Path.Combine(Path.GetDirectoryName(directory)!, Json.GetProperty("base").GetString()!));
        Model = CausalLanguageModel.Load(_checkpoint, CPU, useKernels: kernels);
        var pissa = Json.TryGetProperty("subtract_initial_product", out var subtract) && subtract.GetBoolean();
        Pool = new PoolSpec(
            Enum.GetValues<Target>(),
            Json.GetProperty("M").GetInt32(),
            Json.GetProperty("r").GetInt32(),
            Json.GetProperty("alpha").GetDouble(),
            pissa ? Initialisation.Pissa : Initialisation.Gaussian,
            null,
            0,
            SharedHead: Json.TryGetProperty("method", out var method) && method.GetString() == "colora-core");
        _named = Json.TryGetProperty("tasks", out _);
        PoolState = MakePool();
        Tasks = MakeTasks();
    }

    public JsonElement Json => _case.RootElement;

    public CausalLanguageModel Model { get; }

    public PoolSpec Pool { get; }

    public PoolState PoolState { get; }

    public IReadOnlyDictionary<TaskName, TaskState> Tasks { get; }

    public static ColaGolden Open(string name, bool kernels) => new(SharedMaterial.PathOf("goldens", "cola", name), kernels);

    /// <summary>A copy of the pool as it is served.</summary>
    public PoolOnDevice Serve() => new(
        Model,
        Pool,
        new PoolMatrices(
            Copy(PoolState.A.Weights),
            PoolState.Initial is { } initial ? new InitialProduct(Copy(initial.A), Copy(initial.B), initial.Rank) : null));

    public Tensor Tensor(string name) => _tensors.Read(name);

    public IEnumerable<string> Names(string prefix) => _tensors.Entries.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>The rows of a step, in the file's order.</summary>
    public static IReadOnlyList<EncodedExample> Rows(JsonElement step)
    {
        var owners = step.TryGetProperty("tasks", out var tasks)
            ? tasks.EnumerateArray().Select(task => task.ValueKind == JsonValueKind.Null ? (TaskName?)null : NameOf(task.GetString()!)).ToArray()
            : null;
        return
        [
            .. step.GetProperty("ids").EnumerateArray().Zip(step.GetProperty("weights").EnumerateArray()).Select((row, at) =>
                new EncodedExample(
                    owners is null ? NameOf("task") : owners[at],
                    [.. row.First.EnumerateArray().Select(id => id.GetInt32())],
                    [.. row.Second.EnumerateArray().Select(weight => weight.GetSingle())])),
        ];
    }

    /// <summary>The draws that the file lists for a step.</summary>
    public Draws? DrawsOf(int step)
    {
        if (!Json.TryGetProperty("draws", out var draws))
        {
            return null;
        }

        var listed = draws[step];
        return (layer, target) =>
            [.. listed.GetProperty($"model.layers.{layer}.{ModuleNames.Of(target)}").EnumerateArray().Select(index => index.GetInt32())];
    }

    /// <summary>Every matrix of the session, with the name that the file gives it: A (r, in) and B (out, r).</summary>
    public IEnumerable<(string Name, Tensor Matrix)> Matrices(Func<TrainableMatrices, FlatMatrices?> of)
    {
        if (of(PoolState.A) is { } pool)
        {
            foreach (var (slot, index, matrix) in Each(pool))
            {
                yield return ($"{Module(slot)}.{NameOf(slot.Kind, index)}", InFile(slot, matrix));
            }
        }

        foreach (var (task, state) in Tasks)
        {
            foreach (var (slot, index, matrix) in Each(Untied(state, of(state.Heads)!)))
            {
                yield return ($"{Module(slot)}.{(_named ? $"{task.Task}." : "")}{NameOf(slot.Kind, index)}", InFile(slot, matrix));
            }
        }
    }

    /// <summary>All N heads of a task, or their gradients.</summary>
    private FlatMatrices Untied(TaskState task, FlatMatrices trained)
    {
        if (task.Ties is not { } ties)
        {
            return trained;
        }

        var all = FlatMatrices.Zeros(MatrixLayout.OfHeads(Model.Config, Pool, task.Spec), CPU);
        foreach (var slot in all.Layout.Slots)
        {
            var tied = trained.View(trained.Layout.Find(slot.Layer, slot.Target, slot.Kind)!).detach();
            all.View(slot).copy_(tied.index_select(0, tensor(ties.GroupOfHead.ToArray())));
        }

        return all;
    }

    private static FlatMatrices Copy(FlatMatrices matrices) => new(matrices.Layout, matrices.Flat.detach().clone().DetachFromDisposeScope());

    public void Dispose()
    {
        PoolState.Dispose();
        foreach (var task in Tasks.Values)
        {
            task.Dispose();
        }

        Model.Dispose();
        _checkpoint.Dispose();
        _tensors.Dispose();
        _case.Dispose();
    }

    private static TaskName NameOf(string task) => new(new TenantId("t"), task);

    private static string Module(MatrixSlot slot) => $"model.layers.{slot.Layer}.{ModuleNames.Of(slot.Target)}";

    private static IEnumerable<(MatrixSlot Slot, int Index, Tensor Matrix)> Each(FlatMatrices matrices) =>
        matrices.Layout.Slots.SelectMany(slot =>
        {
            var view = matrices.View(slot);
            return slot.Kind is MatrixKind.A or MatrixKind.B
                ? Enumerable.Range(0, (int)slot.Shape[0]).Select(index => (slot, index, view[index]))
                : [(slot, 0, view)];
        });

    private static string NameOf(MatrixKind kind, int index) =>
        kind is MatrixKind.A or MatrixKind.B ? $"{kind}.{index}" : $"{kind}".ToLowerInvariant();

    private static Tensor InFile(MatrixSlot slot, Tensor matrix) => slot.Kind == MatrixKind.B ? matrix.t() : matrix;

    private static OptimizerSpec OptimizerOf(JsonElement settings, double rate, double decay) => new(
        rate,
        settings.GetProperty("betas")[0].GetDouble(),
        settings.GetProperty("betas")[1].GetDouble(),
        settings.GetProperty("eps").GetDouble(),
        decay);

    private PoolState MakePool()
    {
        var a = FlatMatrices.Zeros(MatrixLayout.OfPool(Model.Config, Pool), CPU);
        foreach (var (slot, i, matrix) in Each(a))
        {
            matrix.copy_(InFile(slot, Tensor($"init.{Module(slot)}.{NameOf(slot.Kind, i)}")));
        }

        InitialProduct? initial = null;
        if (Pool.Initialisation == Initialisation.Pissa)
        {
            // A* = M A_i, and s A* B* is the product at initialisation whatever the strategy: B* = B_j / b.
            var factor = Coupling.Of(Strategies[Json.GetProperty("strategy").GetString()!], Pool.M, Json.GetProperty("N").GetInt32()).PissaHeadFactor;
            initial = InitialProduct.Empty(Model.Config, Pool, CPU);
            foreach (var slot in a.Layout.Slots)
            {
                initial.A.View(initial.A.Layout.Find(slot.Layer, slot.Target, MatrixKind.A)!)[0].copy_(Tensor($"init.{Module(slot)}.A.0") * Pool.M);
                initial.B.View(initial.B.Layout.Find(slot.Layer, slot.Target, MatrixKind.B)!)[0].copy_(Tensor($"init.{Module(slot)}.B.0").t() / factor);
            }
        }

        var settings = Json.GetProperty("optimizer");
        var trained = !Json.TryGetProperty("a_trainable", out var trainable) || trainable.GetBoolean();
        var optimizer = _named && trained
            ? OptimizerOf(settings, Json.GetProperty("a_lr").GetDouble(), Json.GetProperty("a_weight_decay").GetDouble())
            : trained ? OptimizerOf(settings, settings.GetProperty("lr").GetDouble(), settings.GetProperty("weight_decay").GetDouble()) : null;
        return new PoolState(
            Pool,
            TrainableMatrices.OfPool(a, Model.Config, trained),
            initial,
            optimizer is null ? null : new AdamW(optimizer, a.Flat));
    }

    private Dictionary<TaskName, TaskState> MakeTasks()
    {
        var settings = Json.GetProperty("optimizer");
        if (_named)
        {
            return Json.GetProperty("tasks").EnumerateObject().ToDictionary(
                task => NameOf(task.Name),
                task => MakeTask(
                    task.Value,
                    OptimizerOf(settings, task.Value.GetProperty("lr").GetDouble(), task.Value.GetProperty("weight_decay").GetDouble()),
                    slot => $"{Module(slot)}.{task.Name}."));
        }

        var optimizer = OptimizerOf(settings, settings.GetProperty("lr").GetDouble(), settings.GetProperty("weight_decay").GetDouble());
        return new() { [NameOf("task")] = MakeTask(Json, optimizer, slot => $"{Module(slot)}.") };
    }

    private TaskState MakeTask(JsonElement settings, OptimizerSpec optimizer, Func<MatrixSlot, string> nameOf)
    {
        var strategy = settings.TryGetProperty("method", out var method)
            ? Methods[method.GetString()!]
            : Strategies[settings.GetProperty("strategy").GetString()!];
        var spec = new TaskSpec(strategy, settings.GetProperty("N").GetInt32(), 0);
        var heads = FlatMatrices.Zeros(MatrixLayout.OfHeads(Model.Config, Pool, spec), CPU);
        foreach (var (slot, j, matrix) in Each(heads))
        {
            matrix.copy_(InFile(slot, Tensor($"init.{nameOf(slot)}{NameOf(slot.Kind, j)}")));
        }

        return new TaskState(Model.Config, Pool, spec, heads, Pool.Initialisation == Initialisation.Pissa, optimizer);
    }
}
