namespace CoLA.Bench;

/// <summary>What a ratio should reach.</summary>
/// <param name="Ratio">Its key.</param>
/// <param name="Limit">The least that is good, or the most.</param>
/// <param name="AtMost">The limit is the most.</param>
internal sealed record Bar(string Ratio, double Limit, bool AtMost = false)
{
    public bool IsMetBy(double value) => AtMost ? value <= Limit : value >= Limit;
}
