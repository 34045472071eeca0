namespace CoLA.Core.Rejections;

/// <summary>What the system refuses to do, and why. The server's edge turns each kind into one gRPC status.</summary>
public abstract class Rejection : Exception
{
    private protected Rejection(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
