namespace CoLA.Core.Naming;

/// <summary>Members of enumerations as the contract and messages to callers spell them: <c>HEURISTIC_BALANCED</c>.</summary>
public static class EnumNames
{
    public static string Of<T>(T value)
        where T : struct, Enum =>
        string.Concat($"{value}".Select((letter, at) => at > 0 && char.IsUpper(letter) ? $"_{letter}" : $"{char.ToUpperInvariant(letter)}"));
}
