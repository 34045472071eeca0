using System.Text;
using System.Text.Json;
using CoLA.Core.Data;
using CoLA.Core.Data.Examples;
using CoLA.Core.Rejections;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Core.Tests.Data;

public sealed class SharedDataTests
{
    private const int FaultyLinesToExpect = 1;

    /// <summary>Files beside the data that hold no records: descriptions of tasks, and chat templates.</summary>
    private static readonly string[] WithoutRecords = ["mapping.json", "templates.json"];

    /// <summary>Every data file of the shared material.</summary>
    public static TheoryData<string> Files()
    {
        var root = SharedMaterial.PathOf("data");
        return Directory.Exists(root)
            ? [.. Directory.GetFiles(root, "*", SearchOption.AllDirectories)
                .Where(file => Path.GetExtension(file) is ".csv" or ".json" or ".jsonl" && !WithoutRecords.Contains(Path.GetFileName(file)))
                .Select(file => Path.GetRelativePath(root, file))
                .Order(StringComparer.Ordinal)]
            : [];
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Files))]
    public void Read_SharedFile_GivesEachOfItsRecords(string file)
    {
        var path = SharedMaterial.Require("data", file);
        var encoding = EncodingOf(path);

        var data = DataSetReader.Read(path, new DataSetOptions(encoding, SkipFaulty: true));

        Assert.Equal(RecordsOf(path, encoding), data.Items.Count + data.Skipped.Count);
        Assert.InRange(data.Skipped.Count, 0, FaultyLinesToExpect);
        Assert.All(data.Items, item =>
        {
            var (prompt, completion) = item.Example switch
            {
                CompletionExample text => (text.Prompt, text.Completion),
                InstructionExample instruction => (instruction.Instruction, instruction.Output),
                _ => throw new InvalidOperationException($"a {item.Example.GetType().Name} is not expected here"),
            };
            Assert.NotEmpty(prompt.Trim());
            switch (item.Judgement)
            {
                case Choice choice:
                    Assert.Equal(completion, choice.Continuations[choice.Answer]);
                    Assert.Equal(choice.Continuations.Count, choice.Continuations.Distinct().Count());
                    break;
                case ExactMatch exact:
                    Assert.Equal(completion, exact.Answer);
                    break;
            }
        });
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Files))]
    public void Read_SharedFileWithoutItsEncoding_IsRefusedOrUtf8(string file)
    {
        var path = SharedMaterial.Require("data", file);
        if (EncodingOf(path) is null)
        {
            return;
        }

        var rejection = Assert.Throws<InvalidArgumentRejection>(() => DataSetReader.Read(path));

        Assert.Contains($"at position {FirstByteThatIsNotUtf8(path)};", rejection.Message, StringComparison.Ordinal);
    }

    private static string? EncodingOf(string path) => FirstByteThatIsNotUtf8(path) is null ? null : "GB18030";

    private static int? FirstByteThatIsNotUtf8(string path)
    {
        try
        {
            new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(File.ReadAllBytes(path));
            return null;
        }
        catch (DecoderFallbackException invalid)
        {
            return invalid.Index;
        }
    }

    // Counted another way than the reader's: line breaks outside quotes, or the lengths that a JSON document says.
    private static int RecordsOf(string path, string? encoding)
    {
        var text = (encoding is null ? Encoding.UTF8 : CodePagesEncodingProvider.Instance.GetEncoding(encoding)!)
            .GetString(File.ReadAllBytes(path)).TrimStart('\uFEFF');
        if (Path.GetExtension(path) != ".csv")
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Array ? root.GetArrayLength() : root.GetProperty("examples").GetArrayLength();
        }

        var header = text.Split('\n')[0].Contains("question,", StringComparison.Ordinal) ? 1 : 0;
        var (quoted, lines, before) = (false, 1, '\n');
        foreach (var character in text.TrimEnd())
        {
            // A quote opens only where a cell begins, or again right after it closed.
            quoted ^= character == '"' && (quoted || before is ',' or '\n' or '"');
            lines += character == '\n' && !quoted ? 1 : 0;
            before = character;
        }

        return lines - header;
    }
}
