namespace CoLA.Models.Hub;

/// <summary>A model as it was downloaded.</summary>
/// <param name="Directory">Where its files are now.</param>
/// <param name="Commit">Which commit the revision meant.</param>
/// <param name="Files">What was downloaded, or was there already and whole.</param>
public sealed record HubSnapshot(string Directory, string Commit, IReadOnlyList<HubFile> Files);
