using CoLA.Core.Rejections;

namespace CoLA.Core.Naming;

/// <summary><c>sessions/7f3a/states/2</c></summary>
public readonly record struct SessionStateName(SessionName Session, int Number)
{
    /// <exception cref="InvalidArgumentRejection">The name has another form.</exception>
    public static SessionStateName Parse(string name, string field = "state") =>
        name.LastIndexOf("/states/", StringComparison.Ordinal) is var cut and > 0
            ? new SessionStateName(SessionName.Parse(name[..cut], field), VersionNumber.Checked(field, name[(cut + "/states/".Length)..]))
            : throw new InvalidArgumentRejection(field, $"'{name}' is not of the form sessions/SESSION/states/N");

    public override string ToString() => $"{Session}/states/{Number}";
}
