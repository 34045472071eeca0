using CoLA.Core.Data;

namespace CoLA.Core.Jobs;

/// <summary>How a job's data files are read and split.</summary>
/// <param name="Options">Their encoding, and what becomes of faulty lines.</param>
/// <param name="Training">Items of each file that are for training; null for <see cref="DataSplit"/>'s default.</param>
/// <param name="Seed">Of the split.</param>
public sealed record DataReading(DataSetOptions Options, int? Training = null, ulong Seed = 0);
