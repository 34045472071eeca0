using System.Text.RegularExpressions;
using CoLA.Core.Rejections;

namespace CoLA.Core.Naming;

/// <summary>The rule for the parts of resource names that people choose.</summary>
internal static partial class ResourceId
{
    public const string Rule = "1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit";

    public static string Checked(string field, string value) =>
        Pattern().IsMatch(value) ? value : throw new InvalidArgumentRejection(field, $"'{value}' is not an id: {Rule}");

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
