namespace CoLA.Server.Interceptors;

/// <summary>The caller's stream of requests broke off.</summary>
internal sealed class CallerGoneException(IOException broken) : Exception(broken.Message, broken);
