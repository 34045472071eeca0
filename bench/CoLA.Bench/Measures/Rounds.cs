namespace CoLA.Bench.Measures;

/// <summary>
/// What several sides measured in several rounds. In each round the sides come one after another, so that a drift of the
/// machine meets all of them, and what is compared is compared within a round.
/// </summary>
internal sealed class Rounds
{
    private readonly Dictionary<string, double>[] _rounds;

    private Rounds(Dictionary<string, double>[] rounds) => _rounds = rounds;

    /// <summary>Measures every side once more than the run asks for; the first round warms up.</summary>
    public static async Task<Rounds> RunAsync(BenchRun run, string part, params IReadOnlyList<(string Name, Func<Task<double>> MeasureAsync)> sides)
    {
        run.Progress.Begin(part, sides.Count * (run.Repetitions + 1));
        var rounds = new Dictionary<string, double>[run.Repetitions];
        for (var round = -1; round < run.Repetitions; round++)
        {
            if (round >= 0)
            {
                run.MeasureMachine();
            }

            var measured = new Dictionary<string, double>(StringComparer.Ordinal);
            foreach (var (name, measureAsync) in sides)
            {
                measured[name] = await measureAsync();
                run.Progress.Advance();
            }

            if (round >= 0)
            {
                rounds[round] = measured;
            }
        }

        return new Rounds(rounds);
    }

    public IEnumerable<string> Sides => _rounds[0].Keys;

    public double Median(string side) => Median(round => round[side]);

    /// <summary>The median of what each round says.</summary>
    public double Median(Func<IReadOnlyDictionary<string, double>, double> of) => Measures.Median.Of(_rounds.Select(of));
}
