using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Training.Optimizers;
using CoLA.Core.Work;

namespace CoLA.Core.Training.State;

/// <summary>A session's working copies; made, used and freed on the engine's thread.</summary>
internal sealed class SessionTensors(PoolState pool, Dictionary<TaskName, TaskState> tasks) : IDisposable
{
    private Dictionary<TaskName, TaskState> _tasks = tasks;

    public PoolState Pool { get; } = pool;

    public IReadOnlyDictionary<TaskName, TaskState> Tasks => _tasks;

    /// <summary>Bytes on the device, from the sizes alone; may be read on any thread.</summary>
    public long Bytes => Pool.Bytes + _tasks.Values.Sum(task => task.Bytes);

    /// <summary>Removes and frees a task that was taken out of the session.</summary>
    public void Remove(TaskName task)
    {
        if (_tasks.TryGetValue(task, out var state))
        {
            // A new dictionary, because other threads may be reading the sizes.
            _tasks = _tasks.Where(other => other.Key != task).ToDictionary();
            state.Dispose();
        }
    }

    /// <summary>Loads the working copies with which a session starts.</summary>
    public static IEnumerable<Unit> Open(CausalLanguageModel model, SessionFiles files, Action<SessionTensors> opened)
    {
        var session = files.Session;
        var settings = SessionSettings.FromJson(session.SettingsJson);
        var spec = session.PoolSpec;
        var parts = new List<IDisposable>();
        try
        {
            var a = TrainableMatrices.OfPool(
                AdapterFiles.ReadPool(files.Pool, MatrixLayout.OfPool(model.Config, spec), model.Device),
                model.Config,
                settings.PoolOptimizer is not null);
            parts.Add(a);
            yield return Unit.File;

            var initial = files.Initial is null ? null : InitialProduct.Read(files.Initial, model.Config, spec, model.Device);
            if (initial is not null)
            {
                parts.Add(initial);
                yield return Unit.File;
            }

            var tasks = new Dictionary<TaskName, TaskState>();
            foreach (var task in session.Tasks)
            {
                var heads = files.Heads.TryGetValue(task.Task, out var file)
                    ? AdapterFiles.ReadHeads(file, model.Config, spec, task.Spec, model.Device)
                    : FreshHeads.Make(
                        model.Config, spec, task.Spec, task.SubtractsInitial ? initial : null, session.PoolVersion.Number == 1, model.Device);
                var asked = settings.Tasks.Single(other => other.Task == task.Task);
                var state = new TaskState(
                    model.Config, spec, task.Spec, heads, task.SubtractsInitial && initial is not null, asked.Optimizer, asked.Dropout, asked.Budget);
                parts.Add(state);
                tasks.Add(task.Task, state);
                yield return Unit.File;
            }

            var pool = new PoolState(spec, a, initial, settings.PoolOptimizer is { } own ? new AdamW(own, a.Weights.Flat) : null);
            opened(new SessionTensors(pool, tasks));
            parts.Clear();
        }
        finally
        {
            // Frees what an unfinished load had made.
            parts.ForEach(part => part.Dispose());
        }
    }

    public void Dispose()
    {
        Pool.Dispose();
        foreach (var task in _tasks.Values)
        {
            task.Dispose();
        }
    }
}
