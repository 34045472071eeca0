using CoLA.Core.Rejections;

namespace CoLA.Core.Naming;

/// <summary><c>pools/p1</c></summary>
public readonly record struct PoolName(string Pool)
{
    /// <exception cref="InvalidArgumentRejection">The name has another form.</exception>
    public static PoolName Parse(string name, string field = "pool") =>
        name.Split('/') is ["pools", var pool]
            ? new PoolName(ResourceId.Checked(field, pool))
            : throw new InvalidArgumentRejection(field, $"'{name}' is not of the form pools/POOL");

    public override string ToString() => $"pools/{Pool}";
}
