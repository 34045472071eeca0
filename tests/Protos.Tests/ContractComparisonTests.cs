using Google.Protobuf.Reflection;
using Xunit;
using FieldLabel = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Label;
using FieldType = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace CoLA.Protos.Tests;

/// <summary>A break of each kind, made up in a small contract.</summary>
public sealed class ContractComparisonTests
{
    private const string Package = "made.up";

    /// <summary>What is done to the contract, and what is found.</summary>
    public static TheoryData<string, Action<FileDescriptorProto>, string[]> Changes => new()
    {
        { "removed field", file => Request(file).Field.RemoveAt(0), ["made.up.Request.text: the field was removed"] },
        { "renumbered field", file => Field(file, "text").Number = 9, ["made.up.Request.text: its number changed from 1 to 9"] },
        { "renamed field", file => Field(file, "text").Name = "prose", ["made.up.Request.text: the field was removed"] },
        { "retyped field", file => Field(file, "text").Type = FieldType.Bytes, ["made.up.Request.text: its type changed from string to bytes"] },
        {
            "field of another message",
            file => Field(file, "part").TypeName = ".made.up.Reply",
            ["made.up.Request.part: its type changed from made.up.Request.Part to made.up.Reply"]
        },
        {
            "field made a list",
            file => Field(file, "text").Label = FieldLabel.Repeated,
            ["made.up.Request.text: its label changed from singular to repeated"]
        },
        {
            "field without presence any more",
            file => Field(file, "limit").Proto3Optional = false,
            ["made.up.Request.limit: its label changed from optional to singular", "made.up.Request.limit: its oneof changed from none to _limit"]
        },
        { "field out of its oneof", file => Field(file, "name").ClearOneofIndex(), ["made.up.Request.name: its oneof changed from source to none"] },
        {
            "field of a nested message removed",
            file => Request(file).NestedType[0].Field.Clear(),
            ["made.up.Request.Part.size: the field was removed"]
        },
        { "removed nested message", file => Request(file).NestedType.Clear(), ["made.up.Request.Part: the message was removed"] },
        { "removed message", file => file.MessageType.RemoveAt(1), ["made.up.Reply: the message was removed"] },
        { "another package", file => file.Package = "other", [
            "made.up.Request: the message was removed",
            "made.up.Request.Part: the message was removed",
            "made.up.Reply: the message was removed",
            "made.up.Kind: the enum was removed",
            "made.up.Request.Level: the enum was removed",
            "made.up.Service: the service was removed",
        ]
        },
        { "name not reserved any more", file => Request(file).ReservedName.Clear(), ["made.up.Request: the name old is no longer reserved"] },
        { "numbers not reserved any more", file => Request(file).ReservedRange[0].End = 23, ["made.up.Request: the number 23 is no longer reserved"] },
        { "reserved numbers cut in two", file => Request(file).ReservedRange[0].Start = 21, ["made.up.Request: the number 20 is no longer reserved"] },
        { "removed enum", file => file.EnumType.Clear(), ["made.up.Kind: the enum was removed"] },
        { "removed nested enum", file => Request(file).EnumType.Clear(), ["made.up.Request.Level: the enum was removed"] },
        { "removed enum value", file => file.EnumType[0].Value.RemoveAt(1), ["made.up.Kind.KIND_SMALL: the value was removed"] },
        { "renumbered enum value", file => file.EnumType[0].Value[1].Number = 5, ["made.up.Kind.KIND_SMALL: its number changed from 1 to 5"] },
        { "enum's name not reserved any more", file => file.EnumType[0].ReservedName.Clear(), ["made.up.Kind: the name KIND_OLD is no longer reserved"] },
        { "enum's number not reserved any more", file => file.EnumType[0].ReservedRange.Clear(), ["made.up.Kind: the number 7 is no longer reserved"] },
        { "removed service", file => file.Service.Clear(), ["made.up.Service: the service was removed"] },
        { "removed method", file => file.Service[0].Method.Clear(), ["made.up.Service.Run: the method was removed"] },
        {
            "method of another request",
            file => file.Service[0].Method[0].InputType = ".made.up.Reply",
            ["made.up.Service.Run: its request changed from made.up.Request to made.up.Reply"]
        },
        {
            "method of another reply",
            file => file.Service[0].Method[0].OutputType = ".made.up.Request",
            ["made.up.Service.Run: its reply changed from a stream of made.up.Reply to a stream of made.up.Request"]
        },
        {
            "requests in a stream",
            file => file.Service[0].Method[0].ClientStreaming = true,
            ["made.up.Service.Run: its request changed from made.up.Request to a stream of made.up.Request"]
        },
        {
            "replies no more in a stream",
            file => file.Service[0].Method[0].ServerStreaming = false,
            ["made.up.Service.Run: its reply changed from a stream of made.up.Reply to made.up.Reply"]
        },
        { "nothing", _ => { }, [] },
        { "added field", file => Request(file).Field.Add(NewField("more", 8)), [] },
        { "field in another place", file => Request(file).Field.Add(TakeFirst(Request(file))), [] },
        { "added message", file => file.MessageType.Add(new DescriptorProto { Name = "More" }), [] },
        { "added enum value", file => file.EnumType[0].Value.Add(new EnumValueDescriptorProto { Name = "KIND_LARGE", Number = 2 }), [] },
        { "added method", file => file.Service[0].Method.Add(NewMethod("Stop")), [] },
        { "added service", file => file.Service.Add(new ServiceDescriptorProto { Name = "More" }), [] },
        { "more reserved numbers", file => Request(file).ReservedRange[0].End = 90, [] },
        { "another file", file => file.Name = "elsewhere.proto", [] },
    };

    [Theory]
    [MemberData(nameof(Changes), DisableDiscoveryEnumeration = true)]
    public void Breaks_AfterAChange_NameWhatItBreaks(string change, Action<FileDescriptorProto> make, string[] expected)
    {
        var after = MadeUp();
        make(after);

        var breaks = ContractComparison.Breaks(new FileDescriptorSet { File = { MadeUp() } }, new FileDescriptorSet { File = { after } });

        Assert.True(expected.SequenceEqual(breaks), $"{change}: {string.Join("; ", breaks)}");
    }

    [Fact]
    public void Breaks_OfReservedNumbersInAdjoiningRanges_AreNone()
    {
        var after = MadeUp();
        Request(after).ReservedRange.Clear();
        Request(after).ReservedRange.Add(new DescriptorProto.Types.ReservedRange { Start = 22, End = 30 });
        Request(after).ReservedRange.Add(new DescriptorProto.Types.ReservedRange { Start = 20, End = 22 });

        Assert.Empty(ContractComparison.Breaks(new FileDescriptorSet { File = { MadeUp() } }, new FileDescriptorSet { File = { after } }));
    }

    /// <summary>One of everything that is compared.</summary>
    private static FileDescriptorProto MadeUp() => new()
    {
        Name = "made_up.proto",
        Package = Package,
        MessageType =
        {
            new DescriptorProto
            {
                Name = "Request",
                Field =
                {
                    NewField("text", 1),
                    new FieldDescriptorProto
                    {
                        Name = "part",
                        Number = 2,
                        Label = FieldLabel.Optional,
                        Type = FieldType.Message,
                        TypeName = ".made.up.Request.Part",
                    },
                    new FieldDescriptorProto { Name = "name", Number = 3, Label = FieldLabel.Optional, Type = FieldType.String, OneofIndex = 0 },
                    new FieldDescriptorProto
                    {
                        Name = "limit",
                        Number = 4,
                        Label = FieldLabel.Optional,
                        Type = FieldType.Int32,
                        OneofIndex = 1,
                        Proto3Optional = true,
                    },
                },
                OneofDecl = { new OneofDescriptorProto { Name = "source" }, new OneofDescriptorProto { Name = "_limit" } },
                NestedType = { new DescriptorProto { Name = "Part", Field = { NewField("size", 1) } } },
                EnumType = { new EnumDescriptorProto { Name = "Level", Value = { new EnumValueDescriptorProto { Name = "LEVEL_UNSPECIFIED", Number = 0 } } } },
                ReservedName = { "old" },
                ReservedRange = { new DescriptorProto.Types.ReservedRange { Start = 20, End = 25 } },
            },
            new DescriptorProto { Name = "Reply" },
        },
        EnumType =
        {
            new EnumDescriptorProto
            {
                Name = "Kind",
                Value =
                {
                    new EnumValueDescriptorProto { Name = "KIND_UNSPECIFIED", Number = 0 },
                    new EnumValueDescriptorProto { Name = "KIND_SMALL", Number = 1 },
                },
                ReservedName = { "KIND_OLD" },
                ReservedRange = { new EnumDescriptorProto.Types.EnumReservedRange { Start = 7, End = 7 } },
            },
        },
        Service = { new ServiceDescriptorProto { Name = "Service", Method = { NewMethod("Run") } } },
    };

    private static FieldDescriptorProto NewField(string name, int number) =>
        new() { Name = name, Number = number, Label = FieldLabel.Optional, Type = FieldType.String };

    private static MethodDescriptorProto NewMethod(string name) =>
        new() { Name = name, InputType = ".made.up.Request", OutputType = ".made.up.Reply", ServerStreaming = true };

    private static DescriptorProto Request(FileDescriptorProto file) => file.MessageType.Single(message => message.Name == "Request");

    private static FieldDescriptorProto Field(FileDescriptorProto file, string name) => Request(file).Field.Single(field => field.Name == name);

    private static FieldDescriptorProto TakeFirst(DescriptorProto message)
    {
        var first = message.Field[0];
        message.Field.RemoveAt(0);
        return first;
    }
}
