namespace CoLA.Bench.Loads;

/// <summary>How requests fall on tasks (Punica, arXiv 2310.18547, section 7).</summary>
internal enum LoadShape
{
    /// <summary>One task after another, so that what runs at one time is all different.</summary>
    Distinct,

    /// <summary>Every task equally likely.</summary>
    Uniform,

    /// <summary>The task of rank k with a probability as k^-1.5.</summary>
    Zipf,

    /// <summary>Nine of ten requests on a tenth of the tasks.</summary>
    Skewed,

    /// <summary>All on one task.</summary>
    Identical,
}
