namespace CoLA.Bench.Benches;

/// <summary>Every benchmark there is; a new one is a class and a line here.</summary>
internal static class BenchTable
{
    public static IReadOnlyList<BenchCommand> All { get; } =
    [
        new DecodeBench(),
        new PrefillBench(),
        new TogetherBench(),
        new GrpcBench(),
        new QuantizedBench(),
        new RegisteredBench(),
        new TrainBench(),
        new TrainMergedBench(),
        new TrainMemoryBench(),
        new TrainBesideBench(),
        new PublishBench(),
        new NewcomerBench(),
        new SoakBench(),
        new ServeBench(),
    ];
}
