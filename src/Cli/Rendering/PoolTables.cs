using System.Globalization;
using CoLA.Cli.Naming;
using CoLA.V1;
using Spectre.Console;

namespace CoLA.Cli.Rendering;

/// <summary>Pools as people see them.</summary>
internal static class PoolTables
{
    public static Table List(IEnumerable<Pool> pools)
    {
        var table = Tables.New("pool", "owner", "M", "r", "alpha", "initialisation", "targets", "sharing", "current version");
        foreach (var pool in pools)
        {
            table.AddTextRow(
                ResourceNames.Short(pool.Name),
                pool.Owner,
                Text(pool.Spec.M),
                Text(pool.Spec.Rank),
                Text(pool.Spec.Alpha),
                EnumWords.Of(pool.Spec.Initialisation),
                Targets(pool.Spec),
                Describe(pool.Sharing),
                ResourceNames.Short(pool.CurrentVersion));
        }

        return table;
    }

    public static Table Details(Pool pool) => Tables.Facts(
        ("pool", ResourceNames.Short(pool.Name)),
        ("owner", pool.Owner),
        ("M x r", $"{Text(pool.Spec.M)} x {Text(pool.Spec.Rank)}"),
        ("alpha", Text(pool.Spec.Alpha)),
        ("scale", pool.Spec.RankStabilized ? "alpha / sqrt(r)" : "alpha / r"),
        ("initialisation", EnumWords.Of(pool.Spec.Initialisation) + (pool.Spec.HasSvdIterations ? $", {Text(pool.Spec.SvdIterations)} power iterations" : "")),
        ("head of its own", pool.Spec.SharedHead ? "yes" : "no"),
        ("targets", Targets(pool.Spec)),
        ("seed", Text(pool.Spec.Seed)),
        ("base model", $"{pool.BaseModel?.Name} ({pool.BaseModel?.Sha256})"),
        ("sharing", Describe(pool.Sharing)),
        ("current version", ResourceNames.Short(pool.CurrentVersion)),
        ("made", Tables.When(pool.CreateTime)));

    public static Table Versions(IEnumerable<PoolVersion> versions)
    {
        var table = Tables.New("version", "parent", "made by", "made", "size", "");
        foreach (var version in versions)
        {
            table.AddTextRow(
                ResourceNames.Short(version.Name),
                ResourceNames.Short(version.Parent),
                version.Maker,
                Tables.When(version.CreateTime),
                Sizes.Bytes(version.Bytes),
                version.Current ? "current" : "");
        }

        return table;
    }

    public static string Describe(Sharing? sharing) => sharing?.Visibility switch
    {
        Visibility.Public => "public",
        Visibility.Shared => $"shared with {string.Join(", ", sharing.Tenants)}",
        _ => "private",
    };

    private static string Targets(PoolSpec spec) => string.Join(' ', spec.Targets.Select(EnumWords.Of));

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
