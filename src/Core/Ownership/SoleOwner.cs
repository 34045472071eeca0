using CoLA.Core.Naming;

namespace CoLA.Core.Ownership;

/// <summary>A process that owns everything: no other one uses its registry and its artifacts.</summary>
internal sealed class SoleOwner : IOwnership
{
    public bool CollectsArtifacts => true;

    public bool Owns(SessionName session) => true;

    public bool Owns(JobName job) => true;
}
