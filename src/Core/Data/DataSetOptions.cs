namespace CoLA.Core.Data;

/// <summary>How a data file is read.</summary>
/// <param name="Encoding">Name of the file's encoding, for example GB18030; null for UTF-8.</param>
/// <param name="SkipFaulty">Leave faulty lines out (they are listed in <see cref="DataSet.Skipped"/>) instead of refusing the file.</param>
public sealed record DataSetOptions(string? Encoding = null, bool SkipFaulty = false);
