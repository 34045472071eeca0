using System.Text;
using System.Text.Json;
using CoLA.Core.Data.Examples;
using CoLA.Core.Data.Forms;
using CoLA.Core.Rejections;

namespace CoLA.Core.Data;

/// <summary>The records of a JSON file: one object a line, the elements of an array, the elements of "examples", or a single object.</summary>
internal static class RecordReader
{
    private const string Examples = "examples";

    public static IReadOnlyList<DataRecord> Read(string path, string text, LineFaults faults)
    {
        var records = new List<DataRecord>();
        var first = text.AsSpan().TrimStart()[0];
        if (first is not ('[' or '{'))
        {
            throw new InvalidArgumentRejection(
                path,
                $"begins with '{first}'; supported are .csv files of choice questions and JSON: one object a line, an array of objects, or an object with "
                    + $"\"{Examples}\"");
        }

        if (first == '{' && IsObjectALine(path, text))
        {
            AddLines(records, text, faults);
            return records;
        }

        try
        {
            AddElements(records, path, Encoding.UTF8.GetBytes(text), faults);
            return records;
        }
        catch (JsonException malformed)
        {
            throw new InvalidArgumentRejection($"{path}, line {malformed.LineNumber + 1}", $"is not JSON: {Problem(malformed)}");
        }
    }

    /// <summary>By the file's extension, or by a first line that is an object to its end while the file as a whole is none.</summary>
    private static bool IsObjectALine(string path, string text)
    {
        if (Path.GetExtension(path).ToLowerInvariant() is ".jsonl" or ".ndjson")
        {
            return true;
        }

        var begin = text.AsSpan().TrimStart();
        var end = begin.IndexOfAny('\r', '\n');
        return end >= 0 && !begin[end..].IsWhiteSpace() && begin[..end].TrimEnd() is ['{', .., '}'];
    }

    private static void AddLines(List<DataRecord> records, string text, LineFaults faults)
    {
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (line.IsWhiteSpace())
            {
                continue;
            }

            try
            {
                using var document = JsonDocument.Parse(line.ToString());
                Add(records, document.RootElement, number, faults);
            }
            catch (JsonException malformed)
            {
                faults.Add(number, $"is not JSON: {Problem(malformed)}");
            }
        }
    }

    private static void AddElements(List<DataRecord> records, string path, ReadOnlySpan<byte> json, LineFaults faults)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject && !MoveToExamples(ref reader, path))
        {
            using var single = JsonDocument.Parse(json.ToArray());
            Add(records, single.RootElement, 1, faults);
            return;
        }

        var (line, counted) = (1, 0);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            line += json[counted..start].Count((byte)'\n');
            counted = start;
            using var document = JsonDocument.ParseValue(ref reader);
            Add(records, document.RootElement, line, faults);
        }

        while (reader.Read())
        {
            // What follows the array must be JSON too, or the file is not what it seems.
        }
    }

    private static bool MoveToExamples(ref Utf8JsonReader reader, string path)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(Examples);
            reader.Read();
            if (found)
            {
                return reader.TokenType == JsonTokenType.StartArray
                    ? true
                    : throw new InvalidArgumentRejection(path, $"\"{Examples}\" is not an array");
            }

            reader.Skip();
        }

        return false;
    }

    private static void Add(List<DataRecord> records, JsonElement record, int line, LineFaults faults)
    {
        try
        {
            records.Add(RecordForm.Read(record));
        }
        catch (LineFault fault)
        {
            faults.Add(line, fault.Message);
        }
    }

    /// <summary>The parser's own words without the position that it appends to them, and the byte within the line.</summary>
    private static string Problem(JsonException malformed)
    {
        var end = malformed.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var words = end < 0 ? malformed.Message : malformed.Message[..end];
        return $"{words.TrimEnd('.')} (byte {malformed.BytePositionInLine} of the line)";
    }
}
