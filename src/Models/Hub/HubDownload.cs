using CoLA.Core.Rejections;
using CoLA.Core.Weights;
using Polly;
using Polly.Retry;

namespace CoLA.Models.Hub;

/// <summary>
/// Downloads a model from the hub into a directory: configuration, tokenizer, chat template, and its safetensors or one
/// GGUF file. A download that was broken off goes on where it stopped; what is there and whole is not fetched again.
/// </summary>
/// <param name="options">Where the hub is.</param>
/// <param name="time">Null: the system's clock.</param>
public sealed class HubDownload(HubOptions options, TimeProvider? time = null)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <param name="model">Which model.</param>
    /// <param name="directory">Made where it does not exist; files of the same names are replaced.</param>
    /// <param name="gguf">The GGUF file to take instead of safetensors, as the hub lists it; null for safetensors, or the only GGUF file.</param>
    /// <param name="progress">Told after each piece of each file.</param>
    /// <param name="cancellation">Leaves partial files, which the next call goes on with.</param>
    /// <exception cref="PreconditionRejection">The hub cannot be reached or keeps failing, or the directory cannot be written.</exception>
    /// <exception cref="ExhaustedRejection">The hub asks to wait for more than a minute.</exception>
    /// <exception cref="PermissionRejection">The model is private or gated.</exception>
    /// <exception cref="NotFoundRejection">The hub has no such model or revision.</exception>
    /// <exception cref="InvalidArgumentRejection">A GGUF file has to be chosen, or the chosen one is not there.</exception>
    /// <exception cref="UnsupportedRejection">The model has no weights in a format that is read.</exception>
    /// <exception cref="DamagedFileRejection">What arrived is not what the hub listed.</exception>
    public async Task<HubSnapshot> RunAsync(
        HubModelId model,
        string directory,
        string? gguf = null,
        IProgress<HubProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        options.Validate();
        using var client = new HubClient(options, _time);
        var listing = await RetryAsync(token => client.ListAsync(model, token), cancellation);
        var weights = HubSelection.Weights(listing, model, gguf);
        CreateDirectory(directory);
        var files = new List<HubFile>();
        async Task FetchAsync(HubFile file)
        {
            var download = new HubFileDownload(client, model, listing.Commit, file, directory);
            if (!await download.IsThereAsync(cancellation))
            {
                await RetryAsync(
                    async token =>
                    {
                        await download.RunAsync(progress, token);
                        return true;
                    },
                    cancellation);
            }

            files.Add(file);
        }

        foreach (var file in HubSelection.WithoutWeights(listing).Append(weights))
        {
            await FetchAsync(file);
        }

        if (weights.Path == HubSelection.Index)
        {
            foreach (var shard in HubSelection.Shards(listing, ShardIndex.Read(Path.Combine(directory, HubSelection.Index))))
            {
                await FetchAsync(shard);
            }
        }

        return new HubSnapshot(directory, listing.Commit, files);
    }

    private async Task<T> RetryAsync<T>(Func<CancellationToken, Task<T>> action, CancellationToken cancellation)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = _time };
        if (options.Retries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<HubTransientException>(exception => !(exception.RetryAfter > LongestWait)),
                MaxRetryAttempts = options.Retries,
                Delay = options.RetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                DelayGenerator = arguments => ValueTask.FromResult((arguments.Outcome.Exception as HubTransientException)?.RetryAfter),
            });
        }

        try
        {
            return await builder.Build().ExecuteAsync(async token => await action(token), cancellation);
        }
        catch (HubTransientException exception) when (exception.RetryAfter > LongestWait)
        {
            throw new ExhaustedRejection($"{exception.Message}: try again in {exception.RetryAfter}", exception.RetryAfter);
        }
        catch (HubTransientException exception)
        {
            throw new PreconditionRejection(
                $"{exception.Message}; it was tried {options.Retries + 1} times. What is already downloaded is kept: try again later");
        }
    }

    private static void CreateDirectory(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PreconditionRejection($"{directory} cannot be made: {exception.Message}");
        }
    }
}
