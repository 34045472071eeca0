namespace CoLA.Core.Rejections;

/// <summary>The base model, its tokenizer or its template lacks what the request needs (UNIMPLEMENTED).</summary>
public sealed class UnsupportedRejection(string message) : Rejection(message);
