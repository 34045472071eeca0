namespace CoLA.Core.Adapters.Couplings;

/// <summary>The role of a matrix in an adapter; matrix files use these names.</summary>
internal enum MatrixKind
{
    /// <summary>The A_i of a pool: (M, r, in).</summary>
    A,

    /// <summary>Adapter heads B_j, transposed: (heads, r, out). They belong to a task, or to a pool with a shared head.</summary>
    B,

    /// <summary>Logits of the weights of a task's heads (MOELoRA): (N).</summary>
    Gate,

    /// <summary>W_g of softmax(W_g x), which weights a task's heads for a token (HydraLoRA): (N, in); served as (in, N padded to a multiple of 16).</summary>
    Router,

    /// <summary>A task's cores between the pool's shared head and each A (CoLoRA): (M, r, r).</summary>
    Core,

    /// <summary>A task's E of B diag(E) A (AdaLoRA): (r).</summary>
    Diagonal,
}
