namespace CoLA.Bench.Soaks;

/// <summary>A task of a soak.</summary>
internal sealed class SoakTask(string name, string pool)
{
    private volatile bool _isLeaving;

    /// <summary><c>tenants/TENANT/tasks/TASK</c></summary>
    public string Name { get; } = name;

    /// <summary><c>pools/POOL</c></summary>
    public string Pool { get; } = pool;

    /// <summary>It is being deleted: rows that name it may not find it any more.</summary>
    public bool IsLeaving
    {
        get => _isLeaving;
        set => _isLeaving = value;
    }
}
