using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using CoLA.Client;
using CoLA.V1;

namespace CoLA.Cli.Commands;

/// <summary><c>cola pool create</c></summary>
internal sealed class PoolCreateCommand : ClientCommand
{
    private readonly Argument<string> _id = new("POOL") { Description = "Its id: a-z, 0-9 and '-'" };
    private readonly Option<int?> _m = new("--m") { Description = "A matrices per target, M, 1 to 64 [default: 1]", HelpName = "M" };
    private readonly Option<int?> _rank = new("--rank") { Description = "Rank r of each, 1 to 256 [default: 8]", HelpName = "R" };
    private readonly Option<double?> _alpha = new("--alpha") { Description = "Numerator of the scale, alpha / r [default: 16]" };
    private readonly Option<Initialisation?> _initialisation = EnumWords.Option<Initialisation>("--init", "How the matrices begin [default: gaussian]");
    private readonly Option<int?> _svdIterations = new("--svd-iterations")
    {
        Description = "Power iterations of a randomised SVD, 1 to 64 [default: the exact SVD]",
    };

    private readonly Option<string[]> _targets = new("--targets")
    {
        Description = $"Adapted layers [default: all]: {string.Join(", ", EnumWords.All<Target>())}",
        HelpName = "TARGET",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<long> _seed = new("--seed") { Description = "Seed of every draw that makes the pool" };
    private readonly Option<bool> _sharedHead = new("--shared-head") { Description = "Give the pool a head of its own, for colora tasks" };
    private readonly Option<bool> _rankStabilized = new("--rank-stabilized") { Description = "Scale by alpha / sqrt(r) instead of alpha / r" };
    private readonly SharingOptions _sharing = new();

    public PoolCreateCommand(CliContext cli)
        : base("create", "Make a pool and its version 1", cli)
    {
        Add(_id);
        Add(_m);
        Add(_rank);
        Add(_alpha);
        Add(_initialisation);
        Add(_svdIterations);
        Add(_targets);
        Add(_seed);
        Add(_sharedHead);
        Add(_rankStabilized);
        _sharing.AddTo(this);
        _targets.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !EnumWords.TryParse<Target>(token.Value, out _)))
            {
                result.AddError($"'{token.Value}' is not a target; choose {string.Join(", ", EnumWords.All<Target>())}");
            }
        });
    }

    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var pool = await client.Pools.CreateAsync(Request(parse), cancellationToken: cancellation);
        terminal.Line($"Made pool [bold]{ResourceNames.Short(pool.Name)}[/], version 1.");
        terminal.Show(PoolTables.Details(pool));
        terminal.Result(pool);
        return ExitCode.Ok;
    }

    private CreatePoolRequest Request(ParseResult parse)
    {
        var spec = new PoolSpec
        {
            Initialisation = parse.GetValue(_initialisation) ?? Initialisation.Unspecified,
            Seed = parse.GetValue(_seed),
            SharedHead = parse.GetValue(_sharedHead),
            RankStabilized = parse.GetValue(_rankStabilized),
        };
        if (parse.GetValue(_m) is { } m)
        {
            spec.M = m;
        }

        if (parse.GetValue(_rank) is { } rank)
        {
            spec.Rank = rank;
        }

        if (parse.GetValue(_alpha) is { } alpha)
        {
            spec.Alpha = alpha;
        }

        if (parse.GetValue(_svdIterations) is { } iterations)
        {
            spec.SvdIterations = iterations;
        }

        foreach (var word in parse.GetValue(_targets) ?? [])
        {
            spec.Targets.Add(EnumWords.TryParse<Target>(word, out var target) ? target : Target.Unspecified);
        }

        return new CreatePoolRequest { PoolId = parse.GetRequiredValue(_id), Spec = spec, Sharing = _sharing.Of(parse) };
    }
}
