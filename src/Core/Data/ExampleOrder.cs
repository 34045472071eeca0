namespace CoLA.Core.Data;

/// <summary>Items over and over, in a new order each time.</summary>
/// <param name="items">At least one.</param>
/// <param name="seed">Of the orders.</param>
/// <param name="name">Whose items they are: those of another name come in other orders.</param>
public sealed class ExampleOrder<T>(IEnumerable<T> items, ulong seed, string name)
{
    private readonly T[] _items = [.. items];
    private readonly SplitMix64 _random = SplitMix64.For(seed, name);
    private int _next = int.MaxValue;

    /// <summary>The next items.</summary>
    public IReadOnlyList<T> Take(int count)
    {
        var taken = new T[count];
        for (var at = 0; at < count; at++)
        {
            if (_next >= _items.Length)
            {
                _random.Shuffle(_items);
                _next = 0;
            }

            taken[at] = _items[_next++];
        }

        return taken;
    }
}
