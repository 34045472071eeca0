namespace CoLA.Core.Rejections;

/// <summary>The request is right but the system is not in the state it needs (FAILED_PRECONDITION).</summary>
public sealed class PreconditionRejection(string message) : Rejection(message);
