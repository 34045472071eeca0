namespace CoLA.Core.Configuration;

/// <summary>The model architectures that the forward pass supports.</summary>
public enum ModelFamily
{
    Llama,
    Mistral,
    Qwen2,
    Qwen3,
}
