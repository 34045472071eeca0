
namespace CoLA.Core.Model;

/// <summary>A linear layer of the base model that can be adapted: attention's q, k, v and o, the feed-forward's gate, up and down.</summary>
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
