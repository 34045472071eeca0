namespace CoLA.Core.Configuration;

/// <summary>The architectures that the forward pass computes.</summary>
public enum ModelFamily
{
    Llama,
    Mistral,
    Qwen2,
    Qwen3,
}
