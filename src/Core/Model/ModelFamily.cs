namespace CoLA.Core.Model;

/// <summary>The architectures that the forward pass computes.</summary>
public enum ModelFamily
{
    Llama,
    Mistral,
    Qwen2,
    Qwen3,
}
