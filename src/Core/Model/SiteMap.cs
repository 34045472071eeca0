
namespace CoLA.Core.Model;

/// <summary>Which targets share the input of each site.</summary>
internal static class SiteMap
{
    private static readonly Target[][] Targets =
    [
        [Target.Q, Target.K, Target.V],
        [Target.O],
        [Target.Gate, Target.Up],
        [Target.Down],
    ];

    public static IReadOnlyList<Site> All { get; } = Enum.GetValues<Site>();

    /// <summary>The targets of a site, in the order in which their weights are joined.</summary>
    public static IReadOnlyList<Target> TargetsOf(Site site) => Targets[(int)site];

    /// <summary>The site whose input a target reads.</summary>
    public static Site Of(Target target) => target switch
    {
        Target.O => Site.AttentionOutput,
        Target.Gate or Target.Up => Site.FeedForwardInput,
        Target.Down => Site.FeedForwardOutput,
        _ => Site.AttentionInput,
    };
}
