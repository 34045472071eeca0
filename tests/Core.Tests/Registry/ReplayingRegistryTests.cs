using CoLA.Core.Registry;

namespace CoLA.Core.Tests.Registry;

public sealed class ReplayingRegistryTests : RegistryConformanceTests
{
    private protected override IRegistry Registry { get; } = new ReplayingRegistry { Conflicts = true };
}
