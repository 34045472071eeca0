namespace CoLA.Core.Kernels;

/// <summary>Work that a <see cref="KernelTeam"/> does in chunks. One thread runs a chunk; chunks run in any order.</summary>
internal interface IKernelJob
{
    /// <summary>Runs chunk <paramref name="chunk"/>. No two chunks write to the same memory.</summary>
    void Run(int chunk);
}
