namespace CoLA.Core.Rejections;

/// <summary>The named resource does not exist, or the caller may not know that it does (NOT_FOUND).</summary>
public sealed class NotFoundRejection(string message) : Rejection(message)
{
    /// <param name="name">The full name that was asked for.</param>
    internal static NotFoundRejection Of<T>(T name)
        where T : struct => new($"{name} was not found");
}
