namespace CoLA.Core.Adapters.Couplings;

/// <summary>Draws that depend only on the task's seed, its optimizer step, the layer and the target.</summary>
internal static class SeededDraws
{
    /// <summary>The draws of a task with <paramref name="seed"/> at optimizer step <paramref name="step"/>.</summary>
    public static Draws Of(Coupling coupling, long seed, long step) => (layer, target) =>
    {
        var state = Mix(Mix(Mix((ulong)seed) ^ (ulong)step) ^ ((ulong)layer << 8 | (ulong)target));
        var draw = new int[coupling.DrawCount];
        for (var index = 0; index < draw.Length; index++)
        {
            state = Mix(state);
            draw[index] = (int)Math.BigMul(state, (ulong)coupling.DrawRange, out _);
        }

        return draw;
    };

    /// <summary>SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): one step of its state and the output function.</summary>
    public static ulong Mix(ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        state = (state ^ state >> 30) * 0xBF58476D1CE4E5B9;
        state = (state ^ state >> 27) * 0x94D049BB133111EB;
        return state ^ state >> 31;
    }
}
