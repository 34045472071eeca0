namespace CoLA.Core.Rejections;

/// <summary>The caller may see the resource but not do this to it (PERMISSION_DENIED).</summary>
public sealed class PermissionRejection(string message) : Rejection(message);
