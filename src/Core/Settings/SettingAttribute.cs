namespace CoLA.Core.Settings;

/// <summary>
/// All that is to be known of one setting of the operator, written once, where the setting is. Its flag on the command line,
/// its check at start-up and its line in the documentation are derived from it. The default is the property's own.
/// </summary>
/// <param name="flag">The flag of <c>cola serve</c>, <c>--max-rows</c>.</param>
/// <param name="help">What the setting is, without a full stop.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingAttribute(string flag, string help) : Attribute
{
    public string Flag { get; } = flag;

    public string Help { get; } = help;

    /// <summary>The least value: a number, bytes, or for a time seconds.</summary>
    public double Least { get; init; } = double.NegativeInfinity;

    /// <summary>The largest value, in the same unit.</summary>
    public double Most { get; init; } = double.PositiveInfinity;

    /// <summary>What to do about a value out of range; the end of the message that refuses it.</summary>
    public string Advice { get; init; } = "";

    /// <summary>What stands for a value in the help of the command line, <c>DIR</c>; empty for the usual one.</summary>
    public string ValueName { get; init; } = "";

    /// <summary>What a default is that is not a value of the property; empty where the property's own default says it.</summary>
    public string Default { get; init; } = "";
}
