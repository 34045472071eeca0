using System.Buffers;
using System.Text;
using CoLA.Core.Rejections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace CoLA.Server.Binding;

/// <summary>
/// Finds the text of a request that is not UTF-8. Protobuf's own error names neither the field nor the byte.
/// </summary>
internal static class Utf8Fault
{
    /// <summary>The first such field of the message on the wire; null where there is none, or where the wire itself is broken.</summary>
    public static InvalidArgumentRejection? Find(MessageDescriptor message, byte[] wire)
    {
        try
        {
            return Find(message, new CodedInputStream(wire), "");
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static InvalidArgumentRejection? Find(MessageDescriptor message, CodedInputStream input, string prefix)
    {
        var seen = new Dictionary<int, int>();
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            var number = WireFormat.GetTagFieldNumber(tag);
            var field = message.FindFieldByNumber(number);
            if (WireFormat.GetTagWireType(tag) != WireFormat.WireType.LengthDelimited || field is null
                || field.FieldType is not (FieldType.String or FieldType.Message))
            {
                input.SkipLastField();
                continue;
            }

            var index = seen[number] = seen.GetValueOrDefault(number, -1) + 1;
            var path = $"{prefix}{field.Name}{(field.IsRepeated ? $"[{index}]" : "")}";
            var value = input.ReadBytes();
            var fault = field.FieldType == FieldType.String
                ? Check(path, value.Span)
                : Find(field.MessageType, value.CreateCodedInput(), $"{path}.");
            if (fault is not null)
            {
                return fault;
            }
        }

        return null;
    }

    private static InvalidArgumentRejection? Check(string path, ReadOnlySpan<byte> text)
    {
        for (var position = 0; position < text.Length;)
        {
            if (Rune.DecodeFromUtf8(text[position..], out _, out var consumed) != OperationStatus.Done)
            {
                return new InvalidArgumentRejection(path, $"is not UTF-8: the byte 0x{text[position]:X2} at position {position} begins no character");
            }

            position += consumed;
        }

        return null;
    }
}
