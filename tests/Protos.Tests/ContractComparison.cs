using Google.Protobuf.Reflection;
using FieldLabel = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Label;

namespace CoLA.Protos.Tests;

/// <summary>
/// What callers of one contract cannot live with in another: what is gone, or means something else on the wire or in
/// generated code. Additions are no breaks. Files do not matter, full names do.
/// </summary>
internal sealed class ContractComparison
{
    private readonly List<string> _breaks = [];

    private ContractComparison()
    {
    }

    /// <summary>Every break, named by what it is about, in the order of <paramref name="before"/>.</summary>
    public static IReadOnlyList<string> Breaks(FileDescriptorSet before, FileDescriptorSet after)
    {
        var comparison = new ContractComparison();
        var messages = Messages(after).ToDictionary(message => message.Name, message => message.Message);
        var enums = Enums(after).ToDictionary(kind => kind.Name, kind => kind.Enum);
        var services = Services(after).ToDictionary(service => service.Name, service => service.Service);
        foreach (var (name, message) in Messages(before))
        {
            comparison.Compare(name, "message", message, messages.GetValueOrDefault(name), comparison.CompareMessages);
        }

        foreach (var (name, kind) in Enums(before))
        {
            comparison.Compare(name, "enum", kind, enums.GetValueOrDefault(name), comparison.CompareEnums);
        }

        foreach (var (name, service) in Services(before))
        {
            comparison.Compare(name, "service", service, services.GetValueOrDefault(name), comparison.CompareServices);
        }

        return comparison._breaks;
    }

    private void Compare<T>(string name, string kind, T before, T? after, Action<string, T, T> compare)
        where T : class
    {
        if (after is null)
        {
            _breaks.Add($"{name}: the {kind} was removed");
        }
        else
        {
            compare(name, before, after);
        }
    }

    private void CompareMessages(string message, DescriptorProto before, DescriptorProto after)
    {
        foreach (var field in before.Field)
        {
            Compare($"{message}.{field.Name}", "field", field, after.Field.FirstOrDefault(other => other.Name == field.Name), (name, old, now) =>
            {
                CompareValues(name, "number", old.Number, now.Number);
                CompareValues(name, "type", TypeOf(old), TypeOf(now));
                CompareValues(name, "label", LabelOf(old), LabelOf(now));
                CompareValues(name, "oneof", OneofOf(before, old), OneofOf(after, now));
            });
        }

        CompareReserved(message, before.ReservedName, after.ReservedName);
        CompareReserved(
            message,
            before.ReservedRange.Select(range => (range.Start, range.End - 1)), // the end of a message's range is not in it
            after.ReservedRange.Select(range => (range.Start, range.End - 1)));
    }

    private void CompareEnums(string kind, EnumDescriptorProto before, EnumDescriptorProto after)
    {
        foreach (var value in before.Value)
        {
            Compare(
                $"{kind}.{value.Name}", "value", value, after.Value.FirstOrDefault(other => other.Name == value.Name),
                (name, old, now) => CompareValues(name, "number", old.Number, now.Number));
        }

        CompareReserved(kind, before.ReservedName, after.ReservedName);
        CompareReserved(
            kind,
            before.ReservedRange.Select(range => (range.Start, range.End)), // the end of an enum's range is in it
            after.ReservedRange.Select(range => (range.Start, range.End)));
    }

    private void CompareServices(string service, ServiceDescriptorProto before, ServiceDescriptorProto after)
    {
        foreach (var method in before.Method)
        {
            Compare($"{service}.{method.Name}", "method", method, after.Method.FirstOrDefault(other => other.Name == method.Name), (name, old, now) =>
            {
                CompareValues(name, "request", MessagesOf(old.ClientStreaming, old.InputType), MessagesOf(now.ClientStreaming, now.InputType));
                CompareValues(name, "reply", MessagesOf(old.ServerStreaming, old.OutputType), MessagesOf(now.ServerStreaming, now.OutputType));
            });
        }
    }

    private void CompareValues<T>(string name, string what, T before, T after)
    {
        if (!EqualityComparer<T>.Default.Equals(before, after))
        {
            _breaks.Add($"{name}: its {what} changed from {before} to {after}");
        }
    }

    private void CompareReserved(string name, IEnumerable<string> before, IEnumerable<string> after) =>
        _breaks.AddRange(before.Except(after).Select(reserved => $"{name}: the name {reserved} is no longer reserved"));

    /// <summary>Ranges with both ends in them.</summary>
    private void CompareReserved(string name, IEnumerable<(int First, int Last)> before, IEnumerable<(int First, int Last)> after)
    {
        var kept = after.Order().ToArray();
        foreach (var (first, last) in before)
        {
            long next = first;
            foreach (var range in kept)
            {
                next = range.First <= next && range.Last >= next ? range.Last + 1L : next;
            }

            if (next <= last)
            {
                _breaks.Add($"{name}: the number {next} is no longer reserved");
            }
        }
    }

    private static string TypeOf(FieldDescriptorProto field) =>
        field.HasTypeName ? field.TypeName.TrimStart('.') : field.Type.ToString().ToLowerInvariant();

    private static string LabelOf(FieldDescriptorProto field) =>
        field.Proto3Optional ? "optional" : field.Label == FieldLabel.Optional ? "singular" : field.Label.ToString().ToLowerInvariant();

    private static string OneofOf(DescriptorProto message, FieldDescriptorProto field) =>
        field.HasOneofIndex && !field.Proto3Optional ? message.OneofDecl[field.OneofIndex].Name : "none";

    private static string MessagesOf(bool isStream, string type) => isStream ? $"a stream of {type.TrimStart('.')}" : type.TrimStart('.');

    private static IEnumerable<(string Name, DescriptorProto Message)> Messages(FileDescriptorSet set) =>
        set.File.SelectMany(file => file.MessageType.SelectMany(message => WithNested($"{file.Package}.{message.Name}", message)));

    private static IEnumerable<(string Name, DescriptorProto Message)> WithNested(string name, DescriptorProto message) =>
        [(name, message), .. message.NestedType.SelectMany(nested => WithNested($"{name}.{nested.Name}", nested))];

    private static IEnumerable<(string Name, EnumDescriptorProto Enum)> Enums(FileDescriptorSet set) =>
    [
        .. set.File.SelectMany(file => file.EnumType.Select(kind => ($"{file.Package}.{kind.Name}", kind))),
        .. Messages(set).SelectMany(parent => parent.Message.EnumType.Select(kind => ($"{parent.Name}.{kind.Name}", kind))),
    ];

    private static IEnumerable<(string Name, ServiceDescriptorProto Service)> Services(FileDescriptorSet set) =>
        set.File.SelectMany(file => file.Service.Select(service => ($"{file.Package}.{service.Name}", service)));
}
