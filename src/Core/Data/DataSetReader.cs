using CoLA.Core.Data.Examples;
using CoLA.Core.Data.Forms;
using CoLA.Core.Rejections;

namespace CoLA.Core.Data;

/// <summary>
/// Reads data files: JSON Lines, JSON arrays and <c>{"examples": [...]}</c> of the forms in <see cref="RecordForm"/>, and
/// choice questions as CSV (<see cref="ChoiceTable"/>). Knows nothing about tokens.
/// </summary>
public static class DataSetReader
{
    /// <summary>Reads the whole file; items are in its order.</summary>
    /// <exception cref="InvalidArgumentRejection">
    /// The file is not there, empty, not in its encoding (with the byte's position), or of no known form; or some of its lines
    /// are faulty, each named with what is wrong.
    /// </exception>
    public static DataSet Read(string path, DataSetOptions? options = null)
    {
        if (!File.Exists(path))
        {
            throw new InvalidArgumentRejection(path, Directory.Exists(path) ? "is a directory, not a data file" : "there is no such file");
        }

        return Read(path, File.ReadAllBytes(path), options);
    }

    /// <summary>The same of a file that is in memory; its ending says what it is.</summary>
    /// <exception cref="InvalidArgumentRejection">As for a file on disk; what is wrong is told under <paramref name="path"/>.</exception>
    public static DataSet Read(string path, byte[] content, DataSetOptions? options = null)
    {
        options ??= new DataSetOptions();
        var text = EncodedText.Decode(path, content, options.Encoding);
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new InvalidArgumentRejection(path, "is empty");
        }

        var faults = new LineFaults(path);
        var items = IsTable(path)
            ? ChoiceTable.Read(path, text, faults)
            : Judging.Items(RecordReader.Read(path, text, faults), SubjectOf(path));
        if (!options.SkipFaulty)
        {
            faults.ThrowIfAny();
        }

        return items.Count > 0
            ? new DataSet(Path.GetFileNameWithoutExtension(path), items) { Skipped = faults.All }
            : throw new InvalidArgumentRejection(path, faults.All.Count > 0 ? $"holds faulty lines only; the first: {faults.All[0]}" : "holds no items");
    }

    /// <summary>The file's name without extension and without the part of the benchmark that it is: <c>anatomy_val.csv</c> is about anatomy.</summary>
    internal static string SubjectOf(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        var part = name.LastIndexOf('_');
        return part > 0 && name[(part + 1)..] is "dev" or "val" or "test" or "train" ? name[..part] : name;
    }

    private static bool IsTable(string path) => Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase);
}
