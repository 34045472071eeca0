using System.CommandLine;
using System.Globalization;

namespace CoLA.Cli.Options;

/// <summary>Rules about an option's value, told before anything is done.</summary>
internal static class OptionRules
{
    /// <summary>The option, refusing numbers below <paramref name="minimum"/>; what is no number at all is refused by its type.</summary>
    public static TOption AtLeast<TOption>(this TOption option, double minimum)
        where TOption : Option =>
        option.Where(number => number >= minimum, string.Create(CultureInfo.InvariantCulture, $"is at least {minimum}"));

    /// <summary>The option, refusing numbers above <paramref name="maximum"/>.</summary>
    public static TOption AtMost<TOption>(this TOption option, double maximum)
        where TOption : Option =>
        option.Where(number => number <= maximum, string.Create(CultureInfo.InvariantCulture, $"is at most {maximum}"));

    private static TOption Where<TOption>(this TOption option, Func<double, bool> holds, string rule)
        where TOption : Option
    {
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (double.TryParse(token.Value, CultureInfo.InvariantCulture, out var number) && !holds(number))
                {
                    result.AddError($"{option.Name} {rule}, not {token.Value}");
                }
            }
        });
        return option;
    }
}
