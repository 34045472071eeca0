using System.CommandLine;
using System.Globalization;
using CoLA.Cli.Naming;
using CoLA.Core.Settings;

namespace CoLA.Cli.Options;

/// <summary>The flag of one of the server's settings.</summary>
internal sealed class SettingOption
{
    private readonly Func<ParseResult, object?> _value;

    private SettingOption(Setting setting, Option option, Func<ParseResult, object?> value)
    {
        (Path, Option, _value) = (setting.Path, option, value);
        option.HelpName ??= setting.About.ValueName.Length > 0 ? setting.About.ValueName : null;
    }

    /// <summary>Of the setting: what is wrong with it is told under this name.</summary>
    public string Path { get; }

    public Option Option { get; }

    /// <summary>The value on the command line; null where there is none.</summary>
    public object? ValueIn(ParseResult parse) => parse.GetResult(Option) is null ? null : _value(parse);

    public static SettingOption Of(Setting setting)
    {
        var about = setting.About;
        return setting.Type switch
        {
            { IsEnum: true } type => (SettingOption)typeof(SettingOption).GetMethod(nameof(OfEnum))!.MakeGenericMethod(type).Invoke(null, [setting])!,
            var type when type == typeof(long) => Of(setting, new ByteSizeOption(about.Flag, about.Help, (long)setting.Value!), size => size),
            var type when type == typeof(TimeSpan) => Of(setting, new DurationOption(about.Flag, about.Help, (TimeSpan)setting.Value!), time => time),
            var type when type == typeof(int) => Of(setting, new Option<int?>(about.Flag) { Description = Described(setting) }, number => number),
            var type when type == typeof(bool) => Of(setting, new Option<bool>(about.Flag) { Description = about.Help }, isOn => isOn),
            var type when type == typeof(string) => Of(setting, new Option<string?>(about.Flag) { Description = Described(setting) }, text => text),
            _ => Of(setting, new Option<string[]>(about.Flag) { Description = Described(setting) }, texts => texts),
        };
    }

    /// <summary>The option of an enum whose words are known only when it runs.</summary>
    public static SettingOption OfEnum<T>(Setting setting)
        where T : struct, Enum =>
        Of(setting, EnumWords.Option<T>(setting.About.Flag, setting.About.Help), value => value);

    private static SettingOption Of<T>(Setting setting, Option<T> option, Func<T?, object?> value) =>
        new(setting, option, parse => value(parse.GetValue(option)));

    private static string Described(Setting setting)
    {
        var standard = setting.About.Default.Length > 0 ? setting.About.Default : Convert.ToString(setting.Value, CultureInfo.InvariantCulture);
        return $"{setting.About.Help} [default: {standard}]";
    }
}
