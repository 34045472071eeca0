using System.Globalization;
using System.Reflection;

namespace CoLA.Core.Settings;

/// <summary>One setting of an options object, or of an options object inside it.</summary>
public sealed class Setting
{
    private const double Mebibyte = 1 << 20;
    private readonly object _owner;
    private readonly PropertyInfo _property;

    private Setting(object owner, PropertyInfo property, SettingAttribute about, string path)
    {
        (_owner, _property, About, Path) = (owner, property, about, path);
    }

    public SettingAttribute About { get; }

    /// <summary>The property, and the options objects around it: <c>Engine.MaximumRows</c>.</summary>
    public string Path { get; }

    public Type Type => Nullable.GetUnderlyingType(_property.PropertyType) ?? _property.PropertyType;

    public object? Value
    {
        get => _property.GetValue(_owner);
        set => _property.SetValue(_owner, value);
    }

    /// <summary>The settings of <paramref name="options"/> in the order in which they are written, those of inner options where they stand.</summary>
    public static IReadOnlyList<Setting> AllOf(object options) => [.. In(options, "")];

    /// <summary>Why the value is out of its range, and what to do; null where it is not, or where there is no value.</summary>
    public string? Problem() => Value switch
    {
        TimeSpan time when !IsInRange(time.TotalSeconds) =>
            $"{time} is not in {TimeSpan.FromSeconds(About.Least)}..{TimeSpan.FromSeconds(About.Most)}; {About.Advice}",
        long bytes when !IsInRange(bytes) && About.Least >= Mebibyte => Text($"{bytes} bytes are less than {About.Least / Mebibyte} MiB; {About.Advice}"),
        long bytes when !IsInRange(bytes) => Text($"{bytes} bytes are less than {About.Least}; {About.Advice}"),
        int number when !IsInRange(number) => Text($"{number} is not in {About.Least}..{About.Most}; {About.Advice}"),
        _ => null,
    };

    private static IEnumerable<Setting> In(object options, string path)
    {
        foreach (var property in options.GetType().GetProperties().OrderBy(Depth).ThenBy(property => property.MetadataToken))
        {
            if (property.GetCustomAttribute<SettingAttribute>() is { } about)
            {
                yield return new Setting(options, property, about, path + property.Name);
            }
            else if (property.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal) && property.GetValue(options) is { } inner)
            {
                foreach (var setting in In(inner, $"{path}{property.Name}."))
                {
                    yield return setting;
                }
            }
        }
    }

    /// <summary>Properties of a base class come first.</summary>
    private static int Depth(PropertyInfo property)
    {
        var depth = 0;
        for (var type = property.DeclaringType; type?.BaseType is { } parent; type = parent)
        {
            depth++;
        }

        return depth;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private bool IsInRange(double value) => value >= About.Least && value <= About.Most;
}
