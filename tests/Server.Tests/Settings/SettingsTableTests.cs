using System.Globalization;
using CoLA.Core.Settings;
using CoLA.Server.Settings;
using CoLA.TestKit;

namespace CoLA.Server.Tests.Settings;

/// <summary>The README's table of settings says what the settings say.</summary>
public sealed class SettingsTableTests
{
    private const string Begin = "<!-- settings -->\n";
    private const string End = "<!-- end of settings -->";

    private static readonly string Readme = Path.Combine(SharedMaterial.RepositoryRoot, "src", "Server", "README.md");

    [Fact]
    public async Task Readme_TableOfSettings_IsDerivedFromThem()
    {
        var readme = await File.ReadAllTextAsync(Readme, TestContext.Current.CancellationToken);
        var (begin, end) = (readme.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, readme.IndexOf(End, StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable("COLA_WRITE_TABLES") == "1")
        {
            await File.WriteAllTextAsync(Readme, readme[..begin] + Table() + readme[end..], TestContext.Current.CancellationToken);
            return;
        }

        Assert.Equal(Table(), readme[begin..end]);
    }

    [Fact]
    public void Settings_Flags_AreDistinct()
    {
        var flags = Setting.AllOf(new ServerOptions()).Select(setting => setting.About.Flag).ToArray();

        Assert.Equal(26, flags.Length);
        Assert.Equal(flags.Length, flags.Distinct().Count());
    }

    private static string Table() => string.Concat(
    [
        "| setting | flag | default | range | what |\n",
        "| --- | --- | --- | --- | --- |\n",
        .. Setting.AllOf(new ServerOptions()).Select(setting =>
            $"| `{setting.Path}` | `{setting.About.Flag}` | {DefaultOf(setting)} | {RangeOf(setting)} | {setting.About.Help} |\n"),
    ]);

    private static string DefaultOf(Setting setting) => setting switch
    {
        { About.Default: { Length: > 0 } words } => words,
        { Value: long bytes } => Bytes(bytes),
        { Value: bool isOn } => isOn ? "on" : "off",
        { Value: Enum value } => value.ToString().ToLowerInvariant(),
        _ => Convert.ToString(setting.Value, CultureInfo.InvariantCulture)!,
    };

    private static string RangeOf(Setting setting) => (setting.Type, setting.About) switch
    {
        (var type, { } about) when type == typeof(TimeSpan) => $"{TimeSpan.FromSeconds(about.Least)} to {TimeSpan.FromSeconds(about.Most):d' days'}",
        (var type, { } about) when type == typeof(long) => $"at least {Bytes((long)about.Least)}",
        (var type, { } about) when type == typeof(int) => string.Create(CultureInfo.InvariantCulture, $"{about.Least} to {about.Most}"),
        _ => "",
    };

    private static string Bytes(long bytes) => bytes switch
    {
        >= 1 << 30 => $"{bytes >> 30} GiB",
        >= 1 << 20 => $"{bytes >> 20} MiB",
        _ => $"{bytes}",
    };
}
