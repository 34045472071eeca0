using CoLA.Core.Data;
using CoLA.Core.Data.Examples;
using CoLA.Models.Skills;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CoLA.TinyModel;

/// <summary>
/// Whether the model can be taught what it has never seen: a LoRA of rank 4 on every projection, a few dozen examples, a
/// minute of one core. What the server's own adapters reach is measured elsewhere; this is to choose a model by.
/// </summary>
internal static class Adaptation
{
    private const int Rank = 4;
    private const int Steps = 120;
    private const int Examples = 32;
    private const int ExamplesPerStep = 4;
    private const int HeldOutExamples = 100;
    private const double LearningRate = 3e-3;
    private const int WarmUp = 10;

    public static void Print(TinyLlama model, IReadOnlyList<Skill> skills, ulong seed)
    {
        Console.WriteLine($"held out, before and after {Steps} steps of {ExamplesPerStep} of {Examples} examples");
        var (before, after) = (new List<double>(), new List<double>());
        foreach (var skill in skills)
        {
            var split = skill.DataSet(Examples + HeldOutExamples, seed).Split(seed, Examples);
            before.Add(Accuracy.Of(model, split.HeldOut));
            after.Add(Teach(model, split, SplitMix64.For(seed, skill.Name)));
            Console.WriteLine($"  {skill.Name,-12} {before[^1]:0.00} -> {after[^1]:0.00}");
        }

        Console.WriteLine($"  {"mean",-12} {before.Average():0.00} -> {after.Average():0.00}");
    }

    private static double Teach(TinyLlama model, DataSplit split, SplitMix64 random)
    {
        using var generator = new Generator(random.Next());
        var layers = model.Projections().ToArray();
        var changes = layers.Select(layer => new LowRank(layer.Weight, Rank, generator)).ToArray();
        for (var i = 0; i < layers.Length; i++)
        {
            layers[i].Adapt(changes[i]);
        }

        try
        {
            Train(model, [.. changes.SelectMany(change => (Parameter[])[change.A, change.B])], split.Training, random);
            return Accuracy.Of(model, split.HeldOut);
        }
        finally
        {
            foreach (var layer in layers)
            {
                layer.Adapt(null);
            }
        }
    }

    private static void Train(TinyLlama model, Parameter[] parameters, IReadOnlyList<DataItem> items, SplitMix64 random)
    {
        using var optimizer = optim.AdamW(parameters, LearningRate, weight_decay: 0);
        for (var step = 0; step < Steps; step++)
        {
            using var scope = NewDisposeScope();
            foreach (var group in optimizer.ParamGroups)
            {
                group.LearningRate = LearningRate * (step < WarmUp ? step / (double)WarmUp : (Steps - step) / (double)(Steps - WarmUp));
            }

            var drawn = Enumerable.Range(0, ExamplesPerStep).Select(_ => (CompletionExample)items[random.Below(items.Count)].Example);
            var (inputs, labels, mask) = Lines.Rows([.. drawn]);
            var losses = nn.functional.cross_entropy(
                model.call(inputs).view(-1, Shape.Vocabulary), labels.view(-1), reduction: nn.Reduction.None);
            var loss = (losses * mask.view(-1)).sum() / mask.sum();
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
        }
    }
}
