using CoLA.Server.Tests.Fakes;
using CoLA.V1;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;

namespace CoLA.Server.Tests.Binding;

public sealed class CheckedServiceBinderTests
{
    private static readonly Marshaller<byte[]> Raw = Marshallers.Create(bytes => bytes, bytes => bytes);

    [Theory]
    [InlineData(new byte[] { 0x61, 0xFF, 0x62 }, "0xFF at position 1")]
    [InlineData(new byte[] { 0xC3, 0xA9, 0xE2, 0x82 }, "0xE2 at position 2")]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 }, "0xED at position 0")]
    public async Task Call_TextThatIsNotUtf8_NamesFieldAndByte(byte[] text, string found)
    {
        await using var edge = await EdgeFixture.StartAsync();
        var row = Field(2, Field(1, text));
        byte[] request = [.. Field(1, Field(2, Field(1, "fine"u8.ToArray()))), .. Field(1, row)];

        var exception = await Assert.ThrowsAsync<RpcException>(() => Call(edge, request));
        await edge.Client.ScoreAsync(new ScoreRequest(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(StatusCode.InvalidArgument, exception.StatusCode);
        var violation = Assert.Single(exception.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations);
        Assert.Equal("rows[1].prompt.text", violation.Field);
        Assert.Contains(found, violation.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_BrokenMessage_IsInvalidArgument()
    {
        await using var edge = await EdgeFixture.StartAsync();

        var exception = await Assert.ThrowsAsync<RpcException>(() => Call(edge, [0x0A, 0x7F, 0x01]));

        Assert.Equal(StatusCode.InvalidArgument, exception.StatusCode);
        Assert.Contains("not a message of the contract", exception.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_FieldsOfANewerContract_AreAccepted()
    {
        await using var edge = await EdgeFixture.StartAsync();

        await Call(edge, Field(900, [1, 2, 3]));
    }

    private static async Task Call(EdgeFixture edge, byte[] request)
    {
        var method = new Method<byte[], byte[]>(MethodType.Unary, InferenceService.Descriptor.FullName, "Score", Raw, Raw);
        using var call = edge.Channel.CreateCallInvoker().AsyncUnaryCall(
            method,
            null,
            new CallOptions(cancellationToken: TestContext.Current.CancellationToken),
            request);
        await call.ResponseAsync;
    }

    /// <summary>A length-delimited field on the wire.</summary>
    private static byte[] Field(int number, byte[] value)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            output.WriteTag(number, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(value));
        }

        return stream.ToArray();
    }
}
