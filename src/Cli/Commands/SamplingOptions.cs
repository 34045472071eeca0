using System.CommandLine;
using CoLA.V1;

namespace CoLA.Cli.Commands;

/// <summary>How tokens are drawn and where a row ends. What is not given is the server's default.</summary>
internal sealed class SamplingOptions
{
    private readonly Option<long?> _maxTokens = new("--max-tokens") { Description = "Tokens to generate at most [default: 256]" };
    private readonly Option<double?> _temperature = new("--temperature", "-t") { Description = "0 takes the most probable token [default: 0]" };
    private readonly Option<int?> _topK = new("--top-k") { Description = "Keep the k most probable tokens" };
    private readonly Option<double?> _topP = new("--top-p") { Description = "Keep the fewest tokens whose probabilities reach p" };
    private readonly Option<double?> _minP = new("--min-p") { Description = "Keep the tokens at least p times as probable as the first" };
    private readonly Option<double?> _penalty = new("--repetition-penalty") { Description = "Above 1 makes what was said less probable" };
    private readonly Option<long?> _seed = new("--seed") { Description = "The same seed draws the same tokens" };
    private readonly Option<string[]> _stop = new("--stop") { Description = "End where this text appears; repeatable", HelpName = "TEXT" };
    private readonly Option<int?> _logprobs = new("--logprobs")
    {
        Description = "Log-probabilities of this many tokens at each place, 0 to 20; in the JSON result",
        HelpName = "COUNT",
    };
    private readonly Option<bool> _deterministic = new("--deterministic") { Description = "The same answer bit for bit whoever else is served" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_maxTokens, _temperature, _topK, _topP, _minP, _penalty, _seed, _stop, _logprobs, _deterministic])
        {
            command.Add(option);
        }
    }

    public GenerateRow Row(ParseResult parse, Source source, Prompt prompt)
    {
        var row = new GenerateRow
        {
            Source = source,
            Prompt = prompt,
            Sampling = Sampling(parse),
            Stop = { parse.GetValue(_stop) ?? [] },
            Deterministic = parse.GetValue(_deterministic),
        };
        if (parse.GetValue(_maxTokens) is { } maxTokens)
        {
            row.MaxTokens = maxTokens;
        }

        if (parse.GetValue(_logprobs) is { } logprobs)
        {
            row.Logprobs = logprobs;
        }

        return row;
    }

    private Sampling Sampling(ParseResult parse)
    {
        var sampling = new Sampling();
        if (parse.GetValue(_temperature) is { } temperature)
        {
            sampling.Temperature = temperature;
        }

        if (parse.GetValue(_topK) is { } topK)
        {
            sampling.TopK = topK;
        }

        if (parse.GetValue(_topP) is { } topP)
        {
            sampling.TopP = topP;
        }

        if (parse.GetValue(_minP) is { } minP)
        {
            sampling.MinP = minP;
        }

        if (parse.GetValue(_penalty) is { } penalty)
        {
            sampling.RepetitionPenalty = penalty;
        }

        if (parse.GetValue(_seed) is { } seed)
        {
            sampling.Seed = seed;
        }

        return sampling;
    }
}
