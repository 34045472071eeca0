using System.CommandLine;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using Spectre.Console.Testing;
using Xunit;

namespace CoLA.Cli.Tests.Naming;

public sealed class FieldOptionsTests
{
    [Theory]
    [InlineData("train", "tasks[0].optimizer.weight_decay", "--weight-decay")]
    [InlineData("train", "tasks[1].optimizer.max_gradient_norm", "--max-norm")]
    [InlineData("train", "tasks[0].optimizer.learning_rate", "--lr")]
    [InlineData("train", "pool_optimizer.learning_rate", "--pool-lr")]
    [InlineData("train", "pool_optimizer.schedule.warmup_steps", "--warmup")]
    [InlineData("train", "evaluation.every", "--evaluate-every")]
    [InlineData("train", "evaluation.examples", "--evaluation-examples")]
    [InlineData("train", "examples[12].completion", "--task")]
    [InlineData("train", "files[0].path", "--server-file")]
    [InlineData("train", "tasks[0]", "--task")]
    [InlineData("train", "unheard_of", "unheard_of")]
    [InlineData("pool create", "pool_id", "POOL")]
    [InlineData("pool create", "spec.initialisation", "--init")]
    [InlineData("pool create", "sharing.tenants[1]", "--with")]
    [InlineData("pool current", "current_version", "VERSION")]
    [InlineData("task register", "task_id", "TASK")]
    [InlineData("task register", "grants[0].tenant", "--grant")]
    [InlineData("task register", "most_similar_to.examples[3].tokens.ids", "--most-similar-to")]
    [InlineData("task grant", "grants[0].tenant", "GRANTEE")]
    [InlineData("similar", "examples[3].completion.prompt", "FILE")]
    [InlineData("generate", "rows[0].sampling.temperature", "--temperature")]
    [InlineData("generate", "rows[0].source.task", "--task")]
    [InlineData("score", "rows[0].continuations[1].text", "--continuation")]
    [InlineData("train", "/data/name.jsonl, line 3", "/data/name.jsonl, line 3")]
    public void NameOf_FieldOfARequest_IsWhatPeopleType(string command, string field, string expected) => Assert.Equal(expected, Of(command).NameOf(field));

    [Theory]
    [InlineData("train", "begin there, or set rebase to keep the heads", "begin there, or set --rebase to keep the heads")]
    [InlineData("pool create", "COLORA needs a pool with shared_head; it has none", "COLORA needs a pool with --shared-head; it has none")]
    [InlineData("pool list", "COLORA needs a pool with shared_head", "COLORA needs a pool with shared_head")]
    [InlineData("train", "my_data/batch_per_task.jsonl is set aside", "my_data/batch_per_task.jsonl is set aside")]
    public void InWords_TextThatNamesFields_NamesOptions(string command, string text, string expected) => Assert.Equal(expected, Of(command).InWords(text));

    private static FieldOptions Of(string path)
    {
        using var console = new TestConsole();
        Command command = ColaCommandLine.Build(new CliHost(console, console, Stream.Null, _ => null, TimeProvider.System));
        foreach (var name in path.Split(' '))
        {
            command = command.Subcommands.Single(child => child.Name == name);
        }

        return new FieldOptions(command);
    }
}
