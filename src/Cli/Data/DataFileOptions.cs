using System.CommandLine;
using CoLA.Core.Data;
using CoLA.V1;

namespace CoLA.Cli.Data;

/// <summary>How data files are read and split.</summary>
internal sealed class DataFileOptions
{
    private readonly Option<string?> _encoding = new("--encoding") { Description = "Encoding of the data files, for example GB18030 [default: UTF-8]" };
    private readonly Option<bool> _skipFaulty = new("--skip-faulty") { Description = "Leave faulty lines out instead of refusing the file" };
    private readonly Option<int?> _training = new("--training")
    {
        Description = "Items of a file that are for training; the rest is held out [default: 200, but a fifth is always held out]",
        HelpName = "ITEMS",
    };
    private readonly Option<ulong> _splitSeed = new("--split-seed") { Description = "Seed of the split; train and eval agree where it is the same" };

    public void AddTo(Command command)
    {
        command.Add(_encoding);
        command.Add(_skipFaulty);
        command.Add(_training);
        command.Add(_splitSeed);
    }

    /// <exception cref="Core.Rejections.InvalidArgumentRejection">The file is not there or is faulty; the message says where.</exception>
    public DataSet Read(ParseResult parse, string path) => DataSetReader.Read(path, new DataSetOptions(parse.GetValue(_encoding), parse.GetValue(_skipFaulty)));

    public DataSplit Split(ParseResult parse, DataSet data) => data.Split(parse.GetValue(_splitSeed), parse.GetValue(_training));

    /// <summary>The same for files that the server reads.</summary>
    public DataReading Reading(ParseResult parse)
    {
        var reading = new DataReading
        {
            Encoding = parse.GetValue(_encoding) ?? "",
            SkipFaulty = parse.GetValue(_skipFaulty),
            SplitSeed = parse.GetValue(_splitSeed),
        };
        if (parse.GetValue(_training) is { } items)
        {
            reading.Training = items;
        }

        return reading;
    }

    public ulong Seed(ParseResult parse) => parse.GetValue(_splitSeed);
}
