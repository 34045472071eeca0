using Mono.Cecil;

namespace CoLA.Architecture.Tests;

/// <summary>
/// Which types of a compiled assembly use which other types of the same assembly: in signatures, attributes, local
/// variables and method bodies. A nested type counts as the type around it, since a file holds both.
/// </summary>
internal static class RoomGraph
{
    /// <summary>Every use of one type by another, once.</summary>
    public static IEnumerable<TypeUse> Read(string assembly)
    {
        using var resolver = new DefaultAssemblyResolver();
        foreach (var folder in ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => Path.GetDirectoryName(path)!).Distinct())
        {
            resolver.AddSearchDirectory(folder);
        }

        using var module = ModuleDefinition.ReadModule(assembly, new ReaderParameters { AssemblyResolver = resolver });
        return [.. module.Types.Where(type => IsWritten(type, module)).SelectMany(type => UsesOf(type, module)).Distinct()];
    }

    private static IEnumerable<TypeUse> UsesOf(TypeDefinition type, ModuleDefinition module) => WithNested(type)
        .SelectMany(ReferencesOf)
        .SelectMany(Parts)
        .Select(Outermost)
        .Where(used => IsWritten(used, module) && used.FullName != type.FullName)
        .Select(used => new TypeUse(type.Namespace, type.Name, used.Namespace, used.Name));

    /// <summary>Whether a person wrote the type in this assembly; the compiler's own helpers lie outside its namespaces.</summary>
    private static bool IsWritten(TypeReference type, ModuleDefinition module) =>
        type.Scope == module && type.Namespace.StartsWith("CoLA.", StringComparison.Ordinal);

    private static IEnumerable<TypeDefinition> WithNested(TypeDefinition type) => type.NestedTypes.SelectMany(WithNested).Prepend(type);

    private static IEnumerable<TypeReference?> ReferencesOf(TypeDefinition type) =>
    [
        type.BaseType,
        .. type.Interfaces.Select(implemented => implemented.InterfaceType),
        .. ConstraintsOf(type),
        .. AttributesOf(type),
        .. type.Fields.SelectMany(field => AttributesOf(field).Append(field.FieldType)),
        .. type.Properties.SelectMany(property => AttributesOf(property).Append(property.PropertyType)),
        .. type.Events.SelectMany(raised => AttributesOf(raised).Append(raised.EventType)),
        .. type.Methods.SelectMany(ReferencesOf),
    ];

    private static IEnumerable<TypeReference?> ReferencesOf(MethodDefinition method)
    {
        IEnumerable<TypeReference?> signature =
            [.. SignatureOf(method), .. ConstraintsOf(method), .. AttributesOf(method), .. method.Parameters.SelectMany(AttributesOf)];
        return !method.HasBody
            ? signature
            : [
                .. signature,
                .. method.Body.Variables.Select(variable => variable.VariableType),
                .. method.Body.ExceptionHandlers.Select(handler => handler.CatchType),
                .. method.Body.Instructions.SelectMany(instruction => OperandOf(instruction.Operand)),
            ];
    }

    private static IEnumerable<TypeReference?> OperandOf(object? operand) => operand switch
    {
        TypeReference type => [type],
        MethodReference method => [method.DeclaringType, .. SignatureOf(method), .. (method as GenericInstanceMethod)?.GenericArguments ?? []],
        FieldReference field => [field.DeclaringType, field.FieldType],
        CallSite call => SignatureOf(call),
        _ => [],
    };

    private static IEnumerable<TypeReference?> SignatureOf(IMethodSignature method) =>
        [method.ReturnType, .. method.Parameters.Select(parameter => parameter.ParameterType)];

    private static IEnumerable<TypeReference?> ConstraintsOf(IGenericParameterProvider generic) =>
        generic.GenericParameters.SelectMany(parameter => parameter.Constraints).Select(constraint => constraint.ConstraintType);

    private static IEnumerable<TypeReference?> AttributesOf(ICustomAttributeProvider provider) => provider.CustomAttributes.SelectMany(attribute =>
        attribute.ConstructorArguments.Select(argument => argument.Value as TypeReference).Prepend(attribute.AttributeType));

    /// <summary>What a constructed type is made of: elements of arrays and pointers, arguments of generic types.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => [generic.ElementType, .. generic.GenericArguments.SelectMany(Parts)],
        FunctionPointerType function => SignatureOf(function).SelectMany(Parts),
        IModifierType modified => [.. Parts(modified.ModifierType), .. Parts(modified.ElementType)],
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };

    private static TypeReference Outermost(TypeReference type) => type.DeclaringType is { } around ? Outermost(around) : type;
}
