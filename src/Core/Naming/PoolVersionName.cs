using CoLA.Core.Rejections;

namespace CoLA.Core.Naming;

/// <summary><c>pools/p1/versions/3</c></summary>
public readonly record struct PoolVersionName(PoolName Pool, int Number)
{
    /// <exception cref="InvalidArgumentRejection">The name has another form.</exception>
    public static PoolVersionName Parse(string name, string field = "pool_version") =>
        name.LastIndexOf("/versions/", StringComparison.Ordinal) is var cut and > 0
            ? new PoolVersionName(PoolName.Parse(name[..cut], field), VersionNumber.Checked(field, name[(cut + "/versions/".Length)..]))
            : throw new InvalidArgumentRejection(field, $"'{name}' is not of the form pools/POOL/versions/N");

    public override string ToString() => $"{Pool}/versions/{Number}";
}
