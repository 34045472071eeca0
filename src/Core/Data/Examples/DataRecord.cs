namespace CoLA.Core.Data.Examples;

/// <summary>A record of a file, before it is decided for the whole file how answers are judged.</summary>
/// <param name="Example">What is trained on.</param>
/// <param name="Target">The one text that answers it; null where there is no such text.</param>
internal sealed record DataRecord(Example Example, string? Target);
