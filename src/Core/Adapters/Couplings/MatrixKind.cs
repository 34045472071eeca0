namespace CoLA.Core.Adapters.Couplings;

/// <summary>What the matrices in one place are; files call them so.</summary>
internal enum MatrixKind
{
    /// <summary>A pool's A_i: (M, r, in).</summary>
    A,

    /// <summary>Heads B_j, transposed: (heads, r, out). A task's, or the one of a pool with a shared head.</summary>
    B,

    /// <summary>Logits of a task's weights on its heads: (N).</summary>
    Gate,

    /// <summary>A task's W_g of softmax(W_g x), the weights of its heads on a token: (N, in); as it is served (in, N and padding).</summary>
    Router,

    /// <summary>A task's blocks between the pool's head and its A's: (M, r, r).</summary>
    Core,

    /// <summary>A task's E of B diag(E) A: (r).</summary>
    Diagonal,
}
