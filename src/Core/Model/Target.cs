
namespace CoLA.Core.Model;

/// <summary>A linear layer of the model that is adapted.</summary>
public enum Target
{
    Q,
    K,
    V,
    O,
    Gate,
    Up,
    Down,
}
