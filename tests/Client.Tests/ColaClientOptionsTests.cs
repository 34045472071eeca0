using CoLA.Client.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CoLA.Client.Tests;

public sealed class ColaClientOptionsTests
{
    [Fact]
    public void Constructor_EverythingWrong_SaysEverythingAtOnce()
    {
        var options = new ColaClientOptions
        {
            Address = new Uri("ftp://somewhere"),
            Tenant = "ACME!",
            Timeout = TimeSpan.Zero,
            ComputeTimeout = TimeSpan.FromSeconds(-1),
            Retry = new ColaRetryOptions
            {
                MaximumAttempts = 0,
                InitialBackoff = TimeSpan.Zero,
                MaximumBackoff = TimeSpan.FromSeconds(-1),
                BackoffMultiplier = double.NaN,
            },
        };

        var exception = Assert.Throws<OptionsValidationException>(() => new ColaClient(options));

        Assert.Equal(8, exception.Failures.Count());
    }

    [Fact]
    public async Task AddColaClient_ValidOptions_GivesOneClientThatCalls()
    {
        await using var server = await FakeServer.StartAsync(new FakeAnswers());
        await using var services = new ServiceCollection()
            .AddColaClient(options =>
            {
                options.Address = server.Address;
                options.Tenant = "acme";
            })
            .BuildServiceProvider();

        var client = services.GetRequiredService<ColaClient>();
        await client.Pools.GetAsync("pools/p", cancellationToken: TestContext.Current.CancellationToken);

        Assert.Same(client, services.GetRequiredService<ColaClient>());
    }

    [Fact]
    public void AddColaClient_InvalidOptions_FailsWhenTheHostStarts()
    {
        using var services = new ServiceCollection().AddColaClient(options => options.Tenant = "acme").BuildServiceProvider();

        var exception = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains("Address", exception.Message, StringComparison.Ordinal);
    }
}
