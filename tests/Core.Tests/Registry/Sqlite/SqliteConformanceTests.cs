using CoLA.Core.Registry;
using CoLA.Core.Registry.Sqlite;

namespace CoLA.Core.Tests.Registry.Sqlite;

public sealed class SqliteConformanceTests : RegistryConformanceTests, IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cola-registry-").FullName;
    private readonly SqliteRegistry _registry;

    public SqliteConformanceTests() => _registry = new SqliteRegistry(Path.Combine(_directory, "cola.db"));

    private protected override IRegistry Registry => _registry;

    public void Dispose()
    {
        _registry.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
