using CoLA.Core.Jobs;
using CoLA.Core.Rejections;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Core.Tests.Jobs;

public sealed class JobDirectoryTests : IDisposable
{
    private const long Limit = 100;

    private readonly TemporaryDirectory _directory = new();
    private readonly JobDirectory _jobs;

    public JobDirectoryTests()
    {
        Directory.CreateDirectory(_directory.PathOf("open/folder"));
        File.WriteAllText(_directory.PathOf("secret.jsonl"), "secret");
        File.WriteAllText(_directory.PathOf("open/folder/a.jsonl"), "data");
        File.WriteAllText(_directory.PathOf("open/large.jsonl"), new string('x', 101));
        File.CreateSymbolicLink(_directory.PathOf("open/link.jsonl"), _directory.PathOf("secret.jsonl"));
        Directory.CreateSymbolicLink(_directory.PathOf("open/up"), _directory.Path);
        _jobs = new JobDirectory(_directory.PathOf("open"));
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Read_FileBelow_IsRead() => Assert.Equal("data"u8.ToArray(), _jobs.Read("folder/a.jsonl", Limit));

    [Theory]
    [InlineData("../secret.jsonl")]
    [InlineData("folder/../../secret.jsonl")]
    [InlineData("/etc/passwd")]
    [InlineData("")]
    [InlineData("folder//a.jsonl")]
    [InlineData("./folder/a.jsonl")]
    [InlineData("link.jsonl")]
    [InlineData("up/secret.jsonl")]
    [InlineData("folder")]
    [InlineData("nowhere.jsonl")]
    [InlineData("large.jsonl")]
    public void Read_AnythingElse_IsRefused(string path)
    {
        var refused = Assert.Throws<InvalidArgumentRejection>(() => _jobs.Read(path, Limit));

        Assert.DoesNotContain(_directory.Path, refused.Message, StringComparison.Ordinal);
    }
}
