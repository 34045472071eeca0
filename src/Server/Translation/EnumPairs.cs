using CoLA.Core.Naming;
using CoLA.Core.Rejections;

namespace CoLA.Server.Translation;

/// <summary>Two enumerations whose members mean the same.</summary>
internal sealed class EnumPairs<TContract, TCore>(params IReadOnlyList<(TContract Contract, TCore Core)> pairs)
    where TContract : struct, Enum
    where TCore : struct, Enum
{
    /// <exception cref="InvalidArgumentRejection">The value is unspecified, or of a newer contract.</exception>
    public TCore ToCore(TContract value, string field)
    {
        foreach (var pair in pairs)
        {
            if (EqualityComparer<TContract>.Default.Equals(pair.Contract, value))
            {
                return pair.Core;
            }
        }

        var names = string.Join(", ", pairs.Select(pair => EnumNames.Of(pair.Contract)));
        throw new InvalidArgumentRejection(
            field,
            Convert.ToInt32(value, null) == 0 ? $"is required: one of {names}" : $"{value:D} is not known; choose one of {names}");
    }

    /// <summary>As <see cref="ToCore(TContract, string)"/>, where leaving the field out stands for something.</summary>
    public TCore ToCore(TContract value, string field, TCore unspecified) =>
        EqualityComparer<TContract>.Default.Equals(value, default) ? unspecified : ToCore(value, field);

    public TContract ToContract(TCore value) => pairs.First(pair => EqualityComparer<TCore>.Default.Equals(pair.Core, value)).Contract;

    /// <summary>Members of flags.</summary>
    public IEnumerable<TContract> ToContracts(TCore flags) => pairs.Where(pair => flags.HasFlag(pair.Core)).Select(pair => pair.Contract);
}
