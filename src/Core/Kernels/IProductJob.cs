namespace CoLA.Core.Kernels;

/// <summary>A product whose chunks each make a rectangle of its result.</summary>
internal unsafe interface IProductJob : IKernelJob
{
    /// <summary>Where the result begins.</summary>
    float* Result { get; }

    int Chunks { get; }

    /// <summary>What chunk <paramref name="chunk"/> makes.</summary>
    Rectangle RectangleOf(int chunk);
}
