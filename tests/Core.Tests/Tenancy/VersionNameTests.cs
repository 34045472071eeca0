using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using Xunit;

namespace CoLA.Core.Tests.Tenancy;

public sealed class VersionNameTests
{
    [Fact]
    public void Parse_NameThatWasWritten_IsTheSame()
    {
        var pool = new PoolVersionName(new PoolName("p1"), 3);
        var task = new TaskVersionName(new TaskName(new TenantId("acme"), "support-triage"), 12);
        var state = new SessionStateName(new SessionName("7f3a"), 1);

        Assert.Equal("pools/p1/versions/3", pool.ToString());
        Assert.Equal(pool, PoolVersionName.Parse(pool.ToString()));
        Assert.Equal("tenants/acme/tasks/support-triage/versions/12", task.ToString());
        Assert.Equal(task, TaskVersionName.Parse(task.ToString()));
        Assert.Equal("sessions/7f3a/states/1", state.ToString());
        Assert.Equal(state, SessionStateName.Parse(state.ToString()));
    }

    [Theory]
    [InlineData("pools/p1")]
    [InlineData("pools/p1/versions/")]
    [InlineData("pools/p1/versions/0")]
    [InlineData("pools/p1/versions/03")]
    [InlineData("pools/p1/versions/-1")]
    [InlineData("pools/p1/versions/99999999999")]
    [InlineData("pools/p1/states/1")]
    [InlineData("pools/p1/versions/1/versions/2")]
    [InlineData("/versions/1")]
    [InlineData("")]
    public void Parse_AnotherForm_IsRefusedByTheField(string name)
    {
        var rejection = Assert.Throws<InvalidArgumentRejection>(() => PoolVersionName.Parse(name));

        Assert.Equal("pool_version", Assert.Single(rejection.Violations).Field);
    }
}
