using System.Reflection;
using CoLA.Client;
using CoLA.Functional.Tests.Processes;

namespace CoLA.Functional.Tests;

public sealed class VersionOptionTests
{
    [Fact]
    public async Task Version_OfTheCommand_IsThatOfTheProject()
    {
        var version = typeof(ColaClient).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

        var ending = await ColaProcess.RunAsync(TestContext.Current.CancellationToken, "--version");

        Assert.Equal((0, ""), (ending.ExitCode, ending.Error));
        Assert.Equal(version.Split('+')[0], ending.Output.Trim().Split('+')[0]); // behind the plus sign: the commit
    }
}
