using Xunit;

namespace CoLA.Protos.Tests;

/// <summary>The contract keeps to what was released.</summary>
public sealed class ContractTests
{
    public static TheoryData<string> ReleasedVersions => [.. Contract.ReleasedVersions];

    [Fact]
    public void Version_OfThisBuild_IsWrittenDown() => Assert.Contains(Contract.Version, Contract.ReleasedVersions);

    [Theory]
    [MemberData(nameof(ReleasedVersions))]
    public void Contract_BesideAReleasedOne_BreaksNothing(string version)
    {
        var released = Contract.Released(version);

        Assert.Contains(released.File, file => file.Service.Count > 0);
        var breaks = ContractComparison.Breaks(released, Contract.Current);
        Assert.True(breaks.Count == 0, string.Join('\n', breaks));
    }
}
