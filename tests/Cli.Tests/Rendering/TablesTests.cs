using CoLA.Cli.Rendering;
using CoLA.V1;
using Google.Protobuf.WellKnownTypes;
using Spectre.Console.Testing;
using Xunit;

namespace CoLA.Cli.Tests.Rendering;

public sealed class TablesTests
{
    [Fact]
    public void List_Task_ShowsItsShortNamesAndGrants()
    {
        using var console = new TestConsole().Width(160);
        var task = new TenantTask
        {
            Name = "tenants/acme/tasks/sort",
            Pool = "pools/shared",
            Spec = new TaskSpec { Strategy = Strategy.HeuristicBalanced, N = 3 },
            ServedVersion = "tenants/acme/tasks/sort/versions/2",
            Grants = { new Grant { Tenant = "platform", Permissions = { Permission.Train, Permission.Publish } } },
        };

        console.Write(TaskTables.List([task]));

        Assert.Contains("acme/sort", console.Output, StringComparison.Ordinal);
        Assert.Contains("heuristic-balanced", console.Output, StringComparison.Ordinal);
        Assert.Contains("acme/sort@2", console.Output, StringComparison.Ordinal);
        Assert.Contains("platform: train, publish", console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void AddTextRow_CellThatLooksLikeMarkup_IsText()
    {
        using var console = new TestConsole().Width(80);
        var table = Tables.New("[red]");
        table.AddTextRow("[bold]as it is[/] [[");

        console.Write(table);

        Assert.Contains("[bold]as it is[/] [[", console.Output, StringComparison.Ordinal);
        Assert.Contains("[red]", console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void When_Moment_IsInUtc() =>
        Assert.Equal("2026-03-01 12:30:00Z", Tables.When(Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 3, 1, 13, 30, 0, TimeSpan.FromHours(1)))));
}
