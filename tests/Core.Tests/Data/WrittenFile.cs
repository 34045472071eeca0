using System.Text;

namespace CoLA.Core.Tests.Data;

/// <summary>A file of the test's own, gone when it is disposed.</summary>
internal sealed class WrittenFile : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cola-data-").FullName;

    public WrittenFile(string name, byte[] content)
    {
        Path = System.IO.Path.Combine(_folder, name);
        File.WriteAllBytes(Path, content);
    }

    public WrittenFile(string name, string content)
        : this(name, Encoding.UTF8.GetBytes(content))
    {
    }

    public string Path { get; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
