using System.Text.Json;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog;
using CoLA.Core.Rejections;
using CoLA.Core.Weights;
using CoLA.Core.Work;
using static TorchSharp.torch;

namespace CoLA.Core.Training.State;

/// <summary>
/// A session's working copies and optimizers in host memory, and as one safetensors file: flat weights, moments and
/// accumulated gradients (they belong to calls that were accepted), with the counts of steps and of accumulated rows in the
/// metadata. A session that is restored continues with the same bits as one that never stopped.
/// </summary>
internal sealed class SessionState : IDisposable
{
    private const string StepsKey = "steps";
    private const string RowsKey = "accumulated_rows";

    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);
    private readonly string _origin;
    private Dictionary<string, long> _steps = new(StringComparer.Ordinal);
    private Dictionary<string, int> _rows = new(StringComparer.Ordinal);

    private SessionState(string origin = "the session's memory") => _origin = origin;

    public long Bytes { get; private set; }

    /// <summary>Optimizer steps taken, by the name of the task or of the pool.</summary>
    public IReadOnlyDictionary<string, long> Steps => _steps;

    /// <summary>Copies a session's state to host memory; on the engine's thread.</summary>
    public static SessionState Capture(SessionTensors session)
    {
        var state = new SessionState();
        foreach (var part in SessionPart.Of(session))
        {
            state.Keep(part, copy: true);
        }

        return state;
    }

    /// <summary>
    /// Like <see cref="Capture"/>, for a session that runs no call and is freed right after: tensors that are in host memory
    /// already are not copied. On the engine's thread.
    /// </summary>
    public static IEnumerable<Unit> Take(SessionTensors session, Action<SessionState> taken)
    {
        var state = new SessionState();
        var done = false;
        try
        {
            foreach (var part in SessionPart.Of(session))
            {
                state.Keep(part, copy: false);
                yield return Unit.File;
            }

            taken(state);
            done = true;
        }
        finally
        {
            if (!done)
            {
                state.Dispose();
            }
        }
    }

    /// <summary>Reads a file and closes it.</summary>
    /// <exception cref="DamagedFileRejection">It is not the file of a session.</exception>
    public static SessionState Read(MappedFile mapped)
    {
        using var file = SafetensorsFile.Of(mapped);
        var state = new SessionState(file.Path);
        try
        {
            state._steps = file.Metadata.TryGetValue(StepsKey, out var json)
                ? JsonSerializer.Deserialize<Dictionary<string, long>>(json)!
                : throw new DamagedFileRejection(file.Path, $"has no '{StepsKey}' in its metadata");
            state._rows = file.Metadata.TryGetValue(RowsKey, out var rows) ? JsonSerializer.Deserialize<Dictionary<string, int>>(rows)! : state._rows;
            foreach (var name in file.Entries.Keys)
            {
                state.Add(name, file.Read(name));
            }

            return state;
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    public void Write(Stream stream) => SafetensorsWriter.Write(
        stream,
        _tensors,
        new Dictionary<string, string>(StringComparer.Ordinal) { [StepsKey] = CatalogJson.Write(_steps), [RowsKey] = CatalogJson.Write(_rows) });

    /// <summary>Sets <paramref name="session"/> to what this holds, all or nothing; on the engine's thread.</summary>
    /// <exception cref="DamagedFileRejection">It does not hold this session's tensors.</exception>
    public void Restore(SessionTensors session)
    {
        foreach (var _ in RestoreByParts(session))
        {
        }
    }

    /// <summary>Like <see cref="Restore"/>, one unit for each part, for a session that nobody uses before the last unit.</summary>
    /// <inheritdoc cref="Restore"/>
    public IEnumerable<Unit> RestoreByParts(SessionTensors session)
    {
        var parts = SessionPart.Of(session).ToArray();
        Array.ForEach(parts, Require);
        foreach (var part in parts)
        {
            Set(part);
            yield return Unit.File;
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private void Keep(SessionPart part, bool copy)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, tensor) in part.Tensors)
        {
            Add(name, tensor.detach().to(CPU, copy: copy));
        }

        if (part.Matrices.Accumulated is { } gradient)
        {
            Add(part.GradientName, gradient.detach().to(CPU, copy: copy));
            _rows.Add(part.Name, part.Matrices.AccumulatedRows);
        }

        if (part.Optimizer is { } optimizer)
        {
            _steps.Add(part.Name, optimizer.Step);
        }
    }

    private void Add(string name, Tensor tensor)
    {
        _tensors.Add(name, tensor.DetachFromDisposeScope());
        Bytes += tensor.NumberOfElements * tensor.ElementSize;
    }

    private void Require(SessionPart part)
    {
        var gradient = _tensors.ContainsKey(part.GradientName) ? new[] { (part.GradientName, part.Matrices.Weights.Flat) } : [];
        foreach (var (name, like) in part.Tensors.Concat(gradient))
        {
            if (_tensors.GetValueOrDefault(name) is not { } tensor || !tensor.shape.SequenceEqual(like.shape))
            {
                throw new DamagedFileRejection(_origin, $"does not hold {name} with {like.NumberOfElements} elements");
            }
        }

        if (part.Optimizer is not null && !_steps.ContainsKey(part.Name))
        {
            throw new DamagedFileRejection(_origin, $"has no step count of {part.Name}");
        }
    }

    private void Set(SessionPart part)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, tensor) in part.Tensors)
        {
            tensor.copy_(_tensors[name]);
        }

        part.Matrices.MarkChanged();
        part.Matrices.DropAccumulated();
        if (_tensors.TryGetValue(part.GradientName, out var gradient))
        {
            part.Matrices.SetAccumulated(gradient, _rows.GetValueOrDefault(part.Name));
        }

        if (part.Optimizer is { } optimizer)
        {
            optimizer.Step = _steps[part.Name];
        }
    }
}
