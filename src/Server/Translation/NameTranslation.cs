using CoLA.Core.Rejections;
using CoLA.Core.Tenancy;

namespace CoLA.Server.Translation;

/// <summary>Names that a request may leave out, and those that belong to another.</summary>
internal static class NameTranslation
{
    /// <summary>The number of a pool's version that is named whole.</summary>
    /// <exception cref="InvalidArgumentRejection">It is another pool's version.</exception>
    public static int VersionOf(PoolName pool, string version, string field)
    {
        var name = PoolVersionName.Parse(version, field);
        return name.Pool == pool ? name.Number : throw new InvalidArgumentRejection(field, $"{name} is not a version of {pool}");
    }
}
