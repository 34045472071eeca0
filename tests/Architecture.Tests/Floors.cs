namespace CoLA.Architecture.Tests;

/// <summary>
/// The rooms of each project, floor by floor from the ground up. A room is a namespace, and so a folder. It may use the
/// rooms of the floors below its own, and no others: not its neighbours on the same floor. The README of each project draws
/// the same floors.
/// </summary>
internal static class Floors
{
    /// <summary>The project's own namespace, without a folder.</summary>
    public const string Roof = "";

    public static IReadOnlyList<IReadOnlyList<string>> Core { get; } =
    [
        ["Kernels", "Rejections", "Settings", "Tokens.Pipeline"],
        ["Artifacts", "Configuration", "Matrices", "Naming", "Registry", "Tokens.Chat", "Tokens.Files"],
        ["Data.Examples", "Fairness", "Ownership", "Telemetry", "Tokens", "Weights.Tensors"],
        ["Catalog", "Data.Forms", "Weights.Gguf", "Work"],
        ["Data", "Weights"],
        ["Model"],
        ["Adapters.Couplings", "Cache"],
        ["Adapters.Matrices"],
        ["Adapters.Resident", "Catalog.Pools"],
        ["Adapters.Forward", "Catalog.Tasks", "Sequences"],
        ["Catalog.Sessions", "Engine.Runners"],
        ["Engine"],
        ["Residency"],
        ["Training.Examples", "Training.Optimizers"],
        ["Training.Losses", "Training.State"],
        ["Training.Sites"],
        ["Training.Passes"],
        ["Training.Sessions"],
        ["Inference", "Jobs"],
        ["Registry.Sqlite", "Similarity"],
        [Roof],
    ];

    public static IReadOnlyList<IReadOnlyList<string>> Server { get; } =
    [
        ["Callers", "Interceptors", "Settings"],
        ["Binding", "Telemetry"],
        ["Translation"],
        ["Services"],
        [Roof],
    ];

    public static IReadOnlyList<IReadOnlyList<string>> Cli { get; } =
    [
        ["Naming", "Status"],
        ["Failures"],
        ["Rendering"],
        ["Curves", "Hosting", "Options"],
        ["Data", "Plotting"],
        ["Evaluation", "Jobs"],
        ["Training"],
        ["Quickstart"],
        ["Commands"],
        [Roof],
    ];
}
