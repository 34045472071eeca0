using System.CommandLine;
using System.Globalization;

namespace CoLA.Cli.Hosting;

/// <summary>Rules about an option's value, told before anything is done.</summary>
internal static class OptionRules
{
    /// <summary>The option, refusing numbers below <paramref name="minimum"/>; what is no number at all is refused by its type.</summary>
    public static TOption AtLeast<TOption>(this TOption option, double minimum)
        where TOption : Option
    {
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (double.TryParse(token.Value, CultureInfo.InvariantCulture, out var number) && !(number >= minimum))
                {
                    result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name} is at least {minimum}, not {token.Value}"));
                }
            }
        });
        return option;
    }
}
