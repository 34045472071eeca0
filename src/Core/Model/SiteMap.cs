
namespace CoLA.Core.Model;

/// <summary>Which targets each site feeds.</summary>
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

    public static IReadOnlyList<Target> TargetsOf(Site site) => Targets[(int)site];

    public static Site Of(Target target) => target switch
    {
        Target.O => Site.AttentionOutput,
        Target.Gate or Target.Up => Site.FeedForwardInput,
        Target.Down => Site.FeedForwardOutput,
        _ => Site.AttentionInput,
    };
}
