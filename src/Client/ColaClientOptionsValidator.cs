using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace CoLA.Client;

/// <summary>Finds everything that is wrong with the options, not only the first.</summary>
internal sealed partial class ColaClientOptionsValidator : IValidateOptions<ColaClientOptions>
{
    private const string IdRule = "1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit";

    public ValidateOptionsResult Validate(string? name, ColaClientOptions options)
    {
        var result = new ValidateOptionsResultBuilder();
        void Check(bool holds, string property, string cure)
        {
            if (!holds)
            {
                result.AddError(cure, property);
            }
        }

        Check(
            options.Address is { IsAbsoluteUri: true, Scheme: "http" or "https" },
            nameof(options.Address),
            "give the server's address, for example http://localhost:5290");
        Check(
            Id().IsMatch(options.Tenant),
            nameof(options.Tenant),
            $"'{options.Tenant}' is not an id: {IdRule}");
        Check(options.Timeout > TimeSpan.Zero, nameof(options.Timeout), $"{options.Timeout} is not above 0");
        Check(options.ComputeTimeout > TimeSpan.Zero, nameof(options.ComputeTimeout), $"{options.ComputeTimeout} is not above 0");
        var retry = options.Retry;
        Check(retry.MaximumAttempts is >= 1 and <= 20, "Retry.MaximumAttempts", $"{retry.MaximumAttempts} is not in 1..20");
        Check(retry.InitialBackoff > TimeSpan.Zero, "Retry.InitialBackoff", $"{retry.InitialBackoff} is not above 0");
        Check(retry.MaximumBackoff >= retry.InitialBackoff, "Retry.MaximumBackoff", $"{retry.MaximumBackoff} is below InitialBackoff");
        Check(
            double.IsFinite(retry.BackoffMultiplier) && retry.BackoffMultiplier >= 1,
            "Retry.BackoffMultiplier",
            $"{retry.BackoffMultiplier} is not 1 or above");
        return result.Build();
    }

    /// <exception cref="OptionsValidationException">With everything that is wrong.</exception>
    public static void ThrowIfInvalid(ColaClientOptions options)
    {
        var result = new ColaClientOptionsValidator().Validate(null, options);
        if (result.Failed)
        {
            throw new OptionsValidationException(nameof(ColaClientOptions), typeof(ColaClientOptions), result.Failures);
        }
    }

    /// <exception cref="ArgumentException">The id breaks the rule for ids.</exception>
    public static void ThrowIfNotTenant(string tenant)
    {
        if (!Id().IsMatch(tenant))
        {
            throw new ArgumentException($"'{tenant}' is not an id: {IdRule}", nameof(tenant));
        }
    }

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Id();
}
