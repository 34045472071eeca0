namespace CoLA.Core.Model;

/// <summary>How the frozen matrices of a base model are stored. Activations, norms, biases and adapters keep the model's dtype.</summary>
public enum Quantization
{
    /// <summary>The dtype that the model computes in.</summary>
    None,

    /// <summary>Eight bits, one scale for each output of a matrix.</summary>
    Int8,

    /// <summary>
    /// Four bits, with a scale and a minimum for each output and group of 32 inputs. The output layer, and matrices whose
    /// inputs are not a multiple of 32, are stored as <see cref="Int8"/>.
    /// </summary>
    Int4,

    /// <summary>The four-bit codes of a GGUF file (Q4_0, Q4_1), unchanged; its other quantised matrices as <see cref="Int8"/>.</summary>
    Gguf,
}
