using CoLA.Core.Data;
using CoLA.Core.Data.Examples;
using CoLA.Models.Skills;
using static TorchSharp.torch;

namespace CoLA.TinyModel;

/// <summary>
/// Greedy exact match. Greedy decoding gives the expected completion exactly when, with that completion as input, the most
/// probable token is the expected one at each of its places; one forward sees them all.
/// </summary>
internal static class Accuracy
{
    public static double Of(TinyLlama model, IReadOnlyList<DataItem> items)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var (inputs, labels, mask) = Lines.Rows([.. items.Select(item => (CompletionExample)item.Example)]);
        var wrong = model.call(inputs).argmax(-1).ne(labels).logical_and(mask.gt(0));
        return 1 - wrong.any(1).to(ScalarType.Float64).mean().item<double>();
    }

    /// <summary>A line per skill and the mean, on examples that the seed sets apart from training.</summary>
    public static double Print(TinyLlama model, string title, IReadOnlyList<Skill> skills, int examples, ulong seed)
    {
        Console.WriteLine(title);
        var all = new List<double>();
        foreach (var skill in skills)
        {
            all.Add(Of(model, skill.DataSet(examples, seed).Items));
            Console.WriteLine($"  {skill.Name,-12} {all[^1]:0.000}");
        }

        Console.WriteLine($"  {"mean",-12} {all.Average():0.000}");
        return all.Average();
    }
}
