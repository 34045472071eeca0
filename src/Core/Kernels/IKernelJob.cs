namespace CoLA.Core.Kernels;

/// <summary>Work that a <see cref="KernelTeam"/> does in chunks, each by one thread, in no certain order.</summary>
internal interface IKernelJob
{
    /// <summary>Does chunk <paramref name="chunk"/>; no two chunks write the same place.</summary>
    void Run(int chunk);
}
