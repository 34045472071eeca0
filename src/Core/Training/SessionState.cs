using System.Text.Json;
using CoLA.Core.Adapters;
using CoLA.Core.Catalog;
using CoLA.Core.Rejections;
using CoLA.Core.Weights;
using static TorchSharp.torch;

namespace CoLA.Core.Training;

/// <summary>
/// A session's working copies and optimizers as one safetensors file: flat weights, moments and accumulated gradients
/// (calls that were accepted made them), and the step counts in the metadata. Loading it and going on gives the bits of not having stopped.
/// </summary>
internal sealed class SessionState : IDisposable
{
    private const string StepsKey = "steps";
    private const string PoolName = "pool";

    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _steps = new(StringComparer.Ordinal);

    private SessionState()
    {
    }

    /// <summary>Copies what is to be saved to host memory; on the engine's thread.</summary>
    public static SessionState Capture(SessionTensors session)
    {
        using var noGrad = no_grad();
        var state = new SessionState();
        foreach (var (name, optimizer, matrices) in Parts(session))
        {
            void Keep(string suffix, Tensor tensor) =>
                state._tensors.Add($"{name}.{suffix}", tensor.detach().cpu().clone().DetachFromDisposeScope());

            using var scope = NewDisposeScope();
            Keep("weights", matrices.Weights.Flat);
            if (matrices.Accumulated is { } gradient)
            {
                Keep("gradient", gradient);
            }

            if (optimizer is not null)
            {
                Keep("first_moment", optimizer.FirstMoment);
                Keep("second_moment", optimizer.SecondMoment);
                state._steps.Add(name, optimizer.Step);
            }
        }

        foreach (var (name, tensor) in Budgets(session))
        {
            state._tensors.Add(name, tensor.cpu().clone().DetachFromDisposeScope());
        }

        return state;
    }

    public void Write(Stream stream) => SafetensorsWriter.Write(
        stream,
        _tensors,
        new Dictionary<string, string>(StringComparer.Ordinal) { [StepsKey] = CatalogJson.Write(_steps) });

    /// <summary>Sets <paramref name="session"/> to what the file holds, all or nothing; on the engine's thread.</summary>
    /// <exception cref="DamagedFileRejection">The file does not hold this session's tensors.</exception>
    public static void Restore(string path, SessionTensors session)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(path);
        var steps = file.Metadata.TryGetValue(StepsKey, out var json)
            ? JsonSerializer.Deserialize<Dictionary<string, long>>(json)!
            : throw new DamagedFileRejection(path, $"has no '{StepsKey}' in its metadata");
        var copies = new List<(Tensor To, Tensor From)>();
        var gradients = new List<(TrainableMatrices To, Tensor From)>();
        foreach (var (name, optimizer, matrices) in Parts(session))
        {
            void Plan(string suffix, Tensor to) => copies.Add((to, Read(file, path, $"{name}.{suffix}", to)));

            Plan("weights", matrices.Weights.Flat);
            if (file.Entries.ContainsKey($"{name}.gradient"))
            {
                gradients.Add((matrices, Read(file, path, $"{name}.gradient", matrices.Weights.Flat)));
            }

            if (optimizer is not null)
            {
                if (!steps.ContainsKey(name))
                {
                    throw new DamagedFileRejection(path, $"has no step count of {name}");
                }

                Plan("first_moment", optimizer.FirstMoment);
                Plan("second_moment", optimizer.SecondMoment);
            }
        }

        copies.AddRange(Budgets(session).Select(part => (part.Tensor, Read(file, path, part.Name, part.Tensor))));
        foreach (var (to, from) in copies)
        {
            to.copy_(from);
        }

        foreach (var (_, _, matrices) in Parts(session))
        {
            matrices.MarkChanged();
            matrices.DropAccumulated();
        }

        foreach (var (to, from) in gradients)
        {
            to.SetAccumulated(from);
        }

        foreach (var (name, optimizer, _) in Parts(session))
        {
            if (optimizer is not null)
            {
                optimizer.Step = steps[name];
            }
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private static Tensor Read(SafetensorsFile file, string path, string name, Tensor like) =>
        file.Entries.TryGetValue(name, out var entry) && entry.Shape.SequenceEqual(like.shape)
            ? file.Read(name)
            : throw new DamagedFileRejection(path, $"does not hold {name} with {like.NumberOfElements} elements");

    private static IEnumerable<(string Name, Tensor Tensor)> Budgets(SessionTensors session)
    {
        foreach (var (task, state) in session.Tasks)
        {
            if (state.Budget is { } budget)
            {
                yield return ($"{task}.sensitivity", budget.Sensitivity);
                yield return ($"{task}.uncertainty", budget.Uncertainty);
                yield return ($"{task}.kept", budget.Kept);
            }
        }
    }

    private static IEnumerable<(string Name, AdamW? Optimizer, TrainableMatrices Matrices)> Parts(SessionTensors session)
    {
        yield return (PoolName, session.Pool.Optimizer, session.Pool.A);
        foreach (var (task, state) in session.Tasks.OrderBy(task => task.Key.ToString(), StringComparer.Ordinal))
        {
            yield return (task.ToString(), state.Optimizer, state.Heads);
        }
    }
}
