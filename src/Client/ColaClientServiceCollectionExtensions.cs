using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CoLA.Client;

/// <summary>Registers the client for dependency injection.</summary>
public static class ColaClientServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="ColaClient"/> as a singleton. Its options are checked when the host starts, all at once.
    /// </summary>
    public static IServiceCollection AddColaClient(this IServiceCollection services, Action<ColaClientOptions> configure)
    {
        services.AddOptions<ColaClientOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ColaClientOptions>, ColaClientOptionsValidator>());
        services.TryAddSingleton(provider => new ColaClient(
            provider.GetRequiredService<IOptions<ColaClientOptions>>().Value,
            provider.GetService<ILoggerFactory>(),
            provider.GetService<TimeProvider>()));
        return services;
    }
}
