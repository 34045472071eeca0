namespace CoLA.Core.Model;

/// <summary>How the frozen matrices of a base model are stored. Activations, norms, biases and adapters stay in its dtype.</summary>
public enum Quantization
{
    /// <summary>In the dtype that the model computes in.</summary>
    None,

    /// <summary>Eight bits, one scale for each output of a matrix.</summary>
    Int8,

    /// <summary>Four bits, a scale and a minimum for each output and 32 inputs; the head, and what 32 does not divide, as <see cref="Int8"/>.</summary>
    Int4,

    /// <summary>The four-bit codes that a GGUF file holds (Q4_0, Q4_1), as they are; its other quantised matrices as <see cref="Int8"/>.</summary>
    Gguf,
}
