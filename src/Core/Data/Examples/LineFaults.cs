using CoLA.Core.Rejections;

namespace CoLA.Core.Data.Examples;

/// <summary>What is wrong with which lines of a file.</summary>
internal sealed class LineFaults(string path)
{
    private const int Named = 10;
    private readonly List<FieldViolation> _all = [];

    public IReadOnlyList<FieldViolation> All => _all;

    /// <param name="line">From 1.</param>
    /// <param name="problem">What was found and what is allowed.</param>
    public void Add(int line, string problem) => _all.Add(new FieldViolation($"{path}, line {line}", problem));

    /// <summary>Throws with the first ten faults and the number of the others.</summary>
    public void ThrowIfAny()
    {
        IReadOnlyList<FieldViolation> named = _all.Count <= Named
            ? _all
            : [.. _all.Take(Named), new FieldViolation(path, $"{_all.Count - Named} more faulty lines")];
        InvalidArgumentRejection.ThrowIfAny(named);
    }
}
