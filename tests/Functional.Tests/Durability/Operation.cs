using CoLA.Client;

namespace CoLA.Functional.Tests.Durability;

/// <summary>A call that changes something.</summary>
/// <param name="Kind">The contract's name of the method.</param>
/// <param name="Send">
/// Sends it and returns its reply, or what of it can be compared. Sent again it is the same request: the same request id,
/// or the same sequence number.
/// </param>
/// <param name="Acknowledge">Notes what the reply promises.</param>
internal sealed record Operation(string Kind, Func<ColaClient, Task<object>> Send, Func<ColaClient, object, Task> Acknowledge)
{
    /// <summary>The sequence number that a step carries; null for other calls.</summary>
    public long? Sequence { get; init; }
}
