using CoLA.Cli.Naming;
using Xunit;

namespace CoLA.Cli.Tests.Naming;

public sealed class ResourceNamesTests
{
    [Theory]
    [InlineData("sort", "tenants/acme/tasks/sort")]
    [InlineData("globex/sort", "tenants/globex/tasks/sort")]
    [InlineData("tenants/globex/tasks/sort", "tenants/globex/tasks/sort")]
    public void Task_AsTyped_IsTheContractsName(string typed, string expected) => Assert.Equal(expected, ResourceNames.Task("acme", typed));

    [Theory]
    [InlineData("shared", "pools/shared", null)]
    [InlineData("pools/shared", "pools/shared", null)]
    [InlineData("shared@3", "pools/shared", "pools/shared/versions/3")]
    [InlineData("pools/shared@3", "pools/shared", "pools/shared/versions/3")]
    [InlineData("pools/shared/versions/3", "pools/shared", "pools/shared/versions/3")]
    public void PoolOf_AsTyped_IsPoolAndVersion(string typed, string pool, string? version)
    {
        Assert.Equal(pool, ResourceNames.PoolOf(typed));
        Assert.Equal(version, ResourceNames.PoolVersionOf(typed));
    }

    [Fact]
    public void Source_AsTyped_IsBaseTaskOrVersion()
    {
        Assert.NotNull(ResourceNames.Source("acme", "base").Base);
        Assert.Equal("tenants/acme/tasks/sort", ResourceNames.Source("acme", "sort").Task);
        Assert.Equal("tenants/acme/tasks/sort/versions/3", ResourceNames.Source("acme", "sort@3").TaskVersion);
        Assert.Equal("tenants/b/tasks/c/versions/3", ResourceNames.Source("acme", "tenants/b/tasks/c/versions/3").TaskVersion);
    }

    [Theory]
    [InlineData("pools/shared", "shared")]
    [InlineData("pools/shared/versions/2", "shared@2")]
    [InlineData("tenants/acme/tasks/sort", "acme/sort")]
    [InlineData("tenants/acme/tasks/sort/versions/12", "acme/sort@12")]
    [InlineData("", "")]
    public void Short_Name_IsWhatPeopleType(string name, string expected) => Assert.Equal(expected, ResourceNames.Short(name));
}
