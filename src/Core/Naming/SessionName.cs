using CoLA.Core.Rejections;

namespace CoLA.Core.Naming;

/// <summary><c>sessions/7f3a...</c></summary>
public readonly record struct SessionName(string Session)
{
    /// <exception cref="InvalidArgumentRejection">The name has another form.</exception>
    public static SessionName Parse(string name, string field = "session") =>
        name.Split('/') is ["sessions", var session]
            ? new SessionName(ResourceId.Checked(field, session))
            : throw new InvalidArgumentRejection(field, $"'{name}' is not of the form sessions/SESSION");

    public override string ToString() => $"sessions/{Session}";
}
