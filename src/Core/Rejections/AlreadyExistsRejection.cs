namespace CoLA.Core.Rejections;

/// <summary>The name is taken (ALREADY_EXISTS).</summary>
public sealed class AlreadyExistsRejection(string message) : Rejection(message);
