using System.Net;
using System.Text.RegularExpressions;
using CoLA.Client;
using CoLA.Server.Tests.Fakes;
using CoLA.TestKit;

namespace CoLA.Server.Tests.Telemetry;

public sealed partial class MetricsPortTests : IDisposable
{
    private const int Names = 2;
    private const string Base = "_base";
    private const string Other = "_other";

    /// <summary>What Core's meter tells, as it arrives.</summary>
    private static readonly string[] OwnMetrics =
    [
        "cola_adapters_evictions_total", "cola_adapters_load_duration_seconds_count", "cola_adapters_resident", "cola_adapters_usage_bytes",
        "cola_batch_size_count", "cola_kv_limit_bytes", "cola_kv_usage_bytes", "cola_preemptions_total", "cola_prefix_hits_total",
        "cola_prefix_tokens_total", "cola_rows_running", "cola_rows_waiting", "cola_step_duration_seconds_count", "cola_tokens_total",
        "gen_ai_client_token_usage_count", "gen_ai_server_request_duration_seconds_count",
        "gen_ai_server_time_per_output_token_seconds_count", "gen_ai_server_time_to_first_token_seconds_count",
    ];

    private readonly TemporaryDirectory _model = new();
    private readonly TemporaryDirectory _data = new();
    private readonly HttpClient _http = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _http.Dispose();
        _model.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task Scrape_AfterWorkOfEveryKind_HasEveryMetricWithItsValue()
    {
        await using var server = await StartAsync();
        using var acme = Client(server);
        var pool = await ServerFixture.CreatePool(acme);
        var task = await ServerFixture.RegisterTask(acme, pool, "shout");
        await using (var session = await acme.Training.OpenAsync(Examples.Session(pool, task), cancellationToken: Token))
        {
            await session.StepAsync([Examples.Of(task, "ab", "cd")], cancellationToken: Token);
            await session.PublishAsync(cancellationToken: Token);
        }

        await acme.Inference.CompleteBatchAsync([Examples.Row(Examples.Task(task)), Examples.Row(Examples.Base())], cancellationToken: Token);
        await acme.Inference.ScoreAsync(
            [new V1.ScoreRow { Source = Examples.Base(), Prompt = new V1.Prompt { Text = "a" }, Continuations = { new V1.Continuation { Text = "b" } } }],
            cancellationToken: Token);

        var scrape = await ScrapeAsync(server);

        Assert.All(OwnMetrics, name => Assert.Contains(scrape, series => series.Name == name));
        Assert.Equal(1, Value(scrape, "cola_adapters_resident"));
        Assert.Equal(1, Value(scrape, "cola_adapters_load_duration_seconds_count"));
        Assert.Equal(2L << 30, Value(scrape, "cola_kv_limit_bytes"));
        // Seven steps of both rows, or more where the task's adapter was still on its way when the base's row began
        Assert.InRange(Value(scrape, "cola_batch_size_count", "cola_step_kind=\"decode\""), 7, 14);
        Assert.Equal(14, Value(scrape, "cola_batch_size_sum", "cola_step_kind=\"decode\""));
        Assert.Equal(2, Value(scrape, "gen_ai_server_time_to_first_token_seconds_count"));
        Assert.Equal(16, Value(scrape, "gen_ai_client_token_usage_sum", "gen_ai_token_type=\"output\""));
        Assert.Equal((8, 3, 5), (Tokens(scrape, task.Name, "decode"), Tokens(scrape, task.Name, "prefill"), Tokens(scrape, task.Name, "train")));
        Assert.Equal((8, 3, 1), (Tokens(scrape, Base, "decode"), Tokens(scrape, Base, "prefill"), Tokens(scrape, Base, "score")));
        Assert.Contains(
            scrape,
            series => series.Name == "http_server_request_duration_seconds_count"
                && series.Labels.Contains("/cola.v1.TrainingService/TrainStep", StringComparison.Ordinal));
        Assert.Contains(scrape, series => series.Name == "dotnet_gc_collections_total");
        Assert.Contains(scrape, series => series.Name == "target_info" && series.Labels.Contains("service_name=\"cola-server\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Scrape_IdleServer_HasCountsThatAreStillZero()
    {
        await using var server = await StartAsync();

        var scrape = await ScrapeAsync(server);

        Assert.All(
            ["cola_adapters_evictions_total", "cola_preemptions_total", "cola_prefix_hits_total", "cola_prefix_tokens_total", "cola_rows_running",
                "cola_rows_waiting"],
            name => Assert.Equal(0, Value(scrape, name)));
    }

    [Fact]
    public async Task Scrape_MoreTenantsAndTasksThanNames_IsBounded()
    {
        await using var server = await StartAsync();
        using var acme = Client(server);
        var pool = await ServerFixture.CreatePool(acme, ServerFixture.Public());
        for (var tenant = 0; tenant < 4; tenant++)
        {
            using var client = acme.As($"tenant-{tenant}");
            foreach (var id in (string[])["a", "b", "c"])
            {
                var task = await ServerFixture.RegisterTask(client, pool, id);
                await client.Inference.CompleteBatchAsync([Examples.Row(Examples.Task(task)), Examples.Row(Examples.Base())], cancellationToken: Token);
            }
        }

        var decoded = (await ScrapeAsync(server)).Where(
            series => series.Name == "cola_tokens_total" && series.Labels.Contains("cola_token_kind=\"decode\"", StringComparison.Ordinal)).ToArray();

        Assert.Equal(
            [
                (Other, Base, 48), (Other, Other, 48),
                ("tenant-0", Base, 24), ("tenant-0", Other, 8), ("tenant-0", "tenants/tenant-0/tasks/a", 8), ("tenant-0", "tenants/tenant-0/tasks/b", 8),
                ("tenant-1", Base, 24), ("tenant-1", Other, 24),
            ],
            decoded.Select(series => (Label(series.Labels, "cola_tenant"), Label(series.Labels, "cola_task"), series.Value)).Order());
    }

    [Fact]
    public async Task Scrape_TwoServersInOneProcess_EachTellsOfItsOwn()
    {
        await using var server = await StartAsync();
        using var elsewhere = new TemporaryDirectory();
        await using var other = await StartAsync(elsewhere.Path);
        using var acme = Client(server);

        await acme.Inference.CompleteBatchAsync([Examples.Row(Examples.Base())], cancellationToken: Token);

        Assert.Equal(8, Tokens(await ScrapeAsync(server), Base, "decode"));
        Assert.DoesNotContain(await ScrapeAsync(other), series => series.Name == "cola_tokens_total");
    }

    [Fact]
    public async Task Ports_EachAnswersItsOwnAlone()
    {
        await using var server = await StartAsync();
        var metrics = server.MetricsAddress!;

        var elsewhere = await _http.GetAsync(new Uri(metrics, "/cola.v1.StatusService/GetStatus"), Token);
        using var http2 = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, "/metrics"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var onGrpc = await _http.SendAsync(http2, Token);

        Assert.NotEqual(server.Address.Port, metrics.Port);
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
        Assert.Contains("/metrics", await elsewhere.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, onGrpc.StatusCode);
    }

    [Fact]
    public async Task Start_NoMetricsPort_ListensOnOnePort()
    {
        await using var server = await StartAsync(metricsPort: null);

        Assert.Null(server.MetricsAddress);
    }

    private static ColaClient Client(ColaServer server) => new(new ColaClientOptions { Address = server.Address, Tenant = "acme" });

    private static double Value(IReadOnlyList<(string Name, string Labels, double Value)> scrape, string name, string label = "") =>
        Assert.Single(scrape, series => series.Name == name && series.Labels.Contains(label, StringComparison.Ordinal)).Value;

    private static double Tokens(IReadOnlyList<(string Name, string Labels, double Value)> scrape, string task, string kind) => Assert.Single(
        scrape, series =>
            series.Name == "cola_tokens_total" && Label(series.Labels, "cola_task") == task && Label(series.Labels, "cola_token_kind") == kind).Value;

    private static string Label(string labels, string name) => Regex.Match(labels, $"{name}=\"([^\"]*)\"").Groups[1].Value;

    private async Task<IReadOnlyList<(string Name, string Labels, double Value)>> ScrapeAsync(ColaServer server) =>
    [
        .. from line in (await _http.GetStringAsync(server.MetricsAddress, Token)).Split('\n')
           let match = Series().Match(line)
           where match.Success
           select (match.Groups[1].Value, match.Groups[2].Value, double.Parse(match.Groups[3].Value, System.Globalization.CultureInfo.InvariantCulture)),
    ];

    private Task<ColaServer> StartAsync(string? data = null, int? metricsPort = 0) => ColaServer.StartAsync(
        options =>
        {
            options.Model.Path = RandomModel.Write(_model);
            options.DataDirectory = data ?? _data.Path;
            options.Model.Device = "cpu";
            options.Port = 0;
            options.Model.Threads = 1;
            options.Metrics.Port = metricsPort;
            options.Metrics.Names = Names;
        },
        cancellationToken: Token);

    [GeneratedRegex("""^(\w+)\{([^}]*)\} (\S+)$""")]
    private static partial Regex Series();
}
