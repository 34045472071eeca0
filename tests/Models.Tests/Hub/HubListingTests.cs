using System.Text;
using CoLA.Core.Rejections;
using CoLA.Models.Hub;
using Xunit;

namespace CoLA.Models.Tests.Hub;

public sealed class HubListingTests
{
    private static readonly HubModelId Model = HubModelId.Parse("org/model");

    [Fact]
    public void Parse_HubsReply_TakesTheHashOfLargeFiles()
    {
        var hash = new string('a', 64);
        var listing = Parse($$"""
            {"id": "org/model", "sha": "0123456789abcdef", "siblings": [
              {"rfilename": "config.json", "size": 12, "blobId": "b"},
              {"rfilename": "model.safetensors", "size": 99, "blobId": "c", "lfs": {"sha256": "{{hash}}", "size": 99, "pointerSize": 134} } ]}
            """);

        Assert.Equal([new HubFile("config.json", 12, null), new HubFile("model.safetensors", 99, hash)], listing.Files);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"sha": "../..", "siblings": []}""")]
    [InlineData("""{"sha": "0123456", "siblings": [{"rfilename": "a/.."}]}""")]
    [InlineData("""{"sha": "0123456", "siblings": [{"rfilename": "a/..", "size": 1}]}""")]
    [InlineData("""{"sha": "0123456", "siblings": [{"rfilename": "a", "size": "1"}]}""")]
    [InlineData("""{"sha": "0123456", "siblings": [{"rfilename": "a", "size": 1, "lfs": {"sha256": "zz", "size": 1}}]}""")]
    public void Parse_AnotherReply_IsRefused(string reply) =>
        Assert.Contains("org/model", Assert.Throws<PreconditionRejection>(() => Parse(reply)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("org/model", "main")]
    [InlineData("gpt2", "refs/pr/1")]
    [InlineData("Org-1/Model_2.5-b", "v1.0")]
    public void ParseId_GoodName_IsKept(string name, string revision) => Assert.Equal(name, HubModelId.Parse(name, revision).Name);

    [Theory]
    [InlineData("", "main")]
    [InlineData("a/b/c", "main")]
    [InlineData("../b", "main")]
    [InlineData("a/..", "main")]
    [InlineData("https://huggingface.co/a/b", "main")]
    [InlineData("a/b", "")]
    [InlineData("a/b", "../x")]
    [InlineData("a/b", "x?y")]
    public void ParseId_BadName_IsRefused(string name, string revision) =>
        Assert.Throws<InvalidArgumentRejection>(() => HubModelId.Parse(name, revision));

    private static HubListing Parse(string reply) => HubListing.Parse(Model, Encoding.UTF8.GetBytes(reply));
}
