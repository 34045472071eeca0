namespace CoLA.Architecture.Tests;

/// <summary>One type uses another of the same assembly.</summary>
/// <param name="Namespace">Namespace of the type that uses.</param>
/// <param name="Name">Its name.</param>
/// <param name="UsedNamespace">Namespace of the type that is used.</param>
/// <param name="UsedName">Its name.</param>
internal sealed record TypeUse(string Namespace, string Name, string UsedNamespace, string UsedName);
