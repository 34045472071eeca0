namespace CoLA.Core.Catalog.Tasks;

/// <summary>What a task's owner lets another tenant do. The owner may do all of it.</summary>
[Flags]
public enum Grants
{
    None = 0,

    /// <summary>Use the task's versions.</summary>
    Generate = 1,

    /// <summary>Take the task into a session.</summary>
    Train = 2,

    /// <summary>Switch what the task serves.</summary>
    Publish = 4,

    /// <summary>Start a task of one's own from its heads.</summary>
    Lend = 8,

    All = Generate | Train | Publish | Lend,
}
