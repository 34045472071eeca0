using System.Text.Json;
using CoLA.Core.Tokens.Pipeline;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Core.Tests.Tokens.Pipeline;

public sealed class BytePairModelTests
{
    public static IEnumerable<TheoryDataRow<string>> Tokenizers() =>
        SharedMaterial.Folders("tokenizers", "tokenizer.json")
            .Where(name => Model(name).GetProperty("unk_token").ValueKind == JsonValueKind.Null)
            .Select(name => new TheoryDataRow<string>(name));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Tokenizers))]
    public void Encode_ByteLevelWords_EqualsTheLibrary(string name)
    {
        var model = Model(name);
        var vocabulary = model.GetProperty("vocab").EnumerateObject().ToDictionary(token => token.Name, token => token.Value.GetInt32());
        var merges = model.GetProperty("merges").EnumerateArray()
            .Select(
                merge =>
                    merge.ValueKind == JsonValueKind.String ? merge.GetString()!.Split(' ') : [.. merge.EnumerateArray().Select(part => part.GetString()!)])
            .Select(parts => (parts[0], parts[1])).ToList();
        var own = new BytePairModel(vocabulary, MergeTable.FromPairs(vocabulary, merges), new BytePairOptions(ByteLevel: true));
        var library = new LibraryBytePairModel(vocabulary, merges, longWords: own);
        for (var seed = 0; seed < 300; seed++)
        {
            var word = TokenizerTests.RandomText(seed, 1 + (seed % 40));
            List<int> expected = [], found = [];

            library.Encode(word, expected);
            own.Encode(word, found);

            Assert.Equal(expected, found);
        }
    }

    [Theory]
    [InlineData(true, new[] { 0, 1, 0 })]
    [InlineData(false, new[] { 0, 0, 1, 0 })]
    public void Encode_UnknownCharacters_AreFusedIfAsked(bool fuse, int[] expected)
    {
        var vocabulary = new Dictionary<string, int> { ["?"] = 0, ["a"] = 1 };
        var model = new BytePairModel(vocabulary, MergeTable.FromPairs(vocabulary, []), new BytePairOptions(UnknownToken: "?", FuseUnknown: fuse));
        var ids = new List<int>();

        model.Encode("xya中", ids);

        Assert.Equal(expected, ids);
    }

    private static JsonElement Model(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(SharedMaterial.PathOf("tokenizers", name, "tokenizer.json")));
        return document.RootElement.GetProperty("model").Clone();
    }
}
