using System.Text.RegularExpressions;
using CoLA.Core.Rejections;

namespace CoLA.Models.Hub;

/// <summary>A model on the hub: <c>HuggingFaceTB/SmolLM2-135M-Instruct</c>, at a branch, tag or commit.</summary>
public sealed partial record HubModelId
{
    public const string DefaultRevision = "main";

    private HubModelId(string name, string revision)
    {
        Name = name;
        Revision = revision;
    }

    public string Name { get; }

    public string Revision { get; }

    /// <exception cref="InvalidArgumentRejection">The name or the revision has another form.</exception>
    public static HubModelId Parse(string name, string revision = DefaultRevision)
    {
        var violations = new List<FieldViolation>();
        if (!NamePattern().IsMatch(name))
        {
            violations.Add(new FieldViolation("model", $"'{name}' is not of the form ORGANISATION/NAME, as on the hub's page of the model"));
        }

        if (!RevisionPattern().IsMatch(revision))
        {
            violations.Add(new FieldViolation("revision", $"'{revision}' is not the name of a branch or tag, or a commit"));
        }

        InvalidArgumentRejection.ThrowIfAny(violations);
        return new HubModelId(name, revision);
    }

    public override string ToString() => Revision == DefaultRevision ? Name : $"{Name}@{Revision}";

    // No part begins with a dot, so none of them leads out of where it is put.
    [GeneratedRegex("^[A-Za-z0-9_-][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,95})?$", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();

    [GeneratedRegex("^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$", RegexOptions.CultureInvariant)]
    private static partial Regex RevisionPattern();
}
