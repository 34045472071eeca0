namespace CoLA.Core.Kernels;

/// <summary>A matrix product in which each chunk computes a rectangle of the result.</summary>
internal unsafe interface IProductJob : IKernelJob
{
    /// <summary>The first element of the result.</summary>
    float* Result { get; }

    int Chunks { get; }

    /// <summary>The rectangle of the result that chunk <paramref name="chunk"/> computes.</summary>
    Rectangle RectangleOf(int chunk);
}
