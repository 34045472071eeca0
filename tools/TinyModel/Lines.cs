using System.Text;
using CoLA.Core.Data;
using CoLA.Core.Data.Examples;
using CoLA.Models.Skills;
using static TorchSharp.torch;

namespace CoLA.TinyModel;

/// <summary>Lines of skills as token ids: a line is its bytes, then end of text, as an adapter's training and generation have it.</summary>
internal static class Lines
{
    /// <summary>
    /// The windows of one step, a function of (seed, step) alone so that a resumed run sees what the first would have: each
    /// begins with a line's beginning and is filled with lines of skills drawn alike.
    /// </summary>
    /// <returns>Ids (windows, length + 1) and what the prediction of each weighs: 1 in completions, <paramref name="promptWeight"/> elsewhere.</returns>
    public static (Tensor Ids, Tensor Weights) Windows(IReadOnlyList<Skill> skills, ulong seed, int step, int windows, int length, float promptWeight)
    {
        var random = SplitMix64.For(seed, $"step {step}");
        var ids = new long[windows * (length + 1)];
        var weights = new float[ids.Length];
        Array.Fill(weights, 1);
        for (var window = 0; window < windows; window++)
        {
            var row = ids.AsSpan(window * (length + 1), length + 1);
            var rowWeights = weights.AsSpan(window * (length + 1), length + 1);
            for (var filled = 0; filled < row.Length;)
            {
                var example = skills[random.Below(skills.Count)].Draw(random);
                var line = Ids(example);
                var taken = Math.Min(line.Length, row.Length - filled);
                line.AsSpan(0, taken).CopyTo(row[filled..]);
                rowWeights.Slice(filled, Math.Min(taken, example.Prompt.Length)).Fill(promptWeight);
                filled += taken;
            }
        }

        return (tensor(ids, [windows, length + 1]), tensor(weights, [windows, length + 1]));
    }

    /// <summary>Examples one a row, padded with end of text, and the mask of the labels that are theirs: completion and end of text.</summary>
    /// <returns>Inputs (examples, longest - 1), labels and label mask of the same shape.</returns>
    public static (Tensor Inputs, Tensor Labels, Tensor Mask) Rows(IReadOnlyList<CompletionExample> examples)
    {
        var lines = examples.Select(Ids).ToArray();
        var longest = lines.Max(line => line.Length);
        var ids = new long[lines.Length * longest];
        var own = new float[lines.Length * longest];
        Array.Fill(ids, Shape.EndOfText);
        for (var row = 0; row < lines.Length; row++)
        {
            lines[row].CopyTo(ids, row * longest);
            var prompt = examples[row].Prompt.Length;
            own.AsSpan(row * longest + prompt, lines[row].Length - prompt).Fill(1);
        }

        using var all = tensor(ids, [lines.Length, longest]);
        using var mask = tensor(own, [lines.Length, longest]);
        return (all[.., ..^1].clone(), all[.., 1..].clone(), mask[.., 1..].clone());
    }

    private static long[] Ids(CompletionExample example) =>
        [.. Encoding.ASCII.GetBytes(example.Prompt + example.Completion).Select(value => (long)value), Shape.EndOfText];
}
