using CoLA.Core.Data;

namespace CoLA.Core.Jobs;

/// <summary>How a job's data files are read and split.</summary>
/// <param name="Options">The encoding of the files, and what happens with faulty lines.</param>
/// <param name="Training">How many items of each file are for training; null for <see cref="DataSplit"/>'s default.</param>
/// <param name="Seed">The seed of the split.</param>
public sealed record DataReading(DataSetOptions Options, int? Training = null, ulong Seed = 0);
