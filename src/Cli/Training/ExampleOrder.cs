using CoLA.Cli.Data;
using CoLA.Core.Data;

namespace CoLA.Cli.Training;

/// <summary>A task's examples over and over, in a new order each time.</summary>
internal sealed class ExampleOrder
{
    private readonly V1.Example[] _examples;
    private readonly SplitMix64 _random;
    private int _next;

    public ExampleOrder(TrainingTask task, ulong seed)
    {
        _examples = [.. task.Examples.Select(example => ExampleMessages.Training(example, task.Name))];
        _random = SplitMix64.For(seed, task.Name);
        _next = _examples.Length;
    }

    public IEnumerable<V1.Example> Take(int count)
    {
        for (var taken = 0; taken < count; taken++)
        {
            if (_next == _examples.Length)
            {
                _random.Shuffle(_examples);
                _next = 0;
            }

            yield return _examples[_next++];
        }
    }
}
