namespace CoLA.TinyModel;

/// <summary>The shape of cola-tiny: 1.24 million parameters.</summary>
internal static class Shape
{
    public const int Bytes = 256;

    /// <summary>Token ids are bytes; the one after them ends a line.</summary>
    public const int EndOfText = 256;
    public const string EndOfTextText = "<|endoftext|>";
    public const int Vocabulary = 257;
    public const int Hidden = 128;
    public const int Intermediate = 352;
    public const int Layers = 6;
    public const int Heads = 4;
    public const int HeadDim = Hidden / Heads;
    public const int Context = 256;
    public const double RopeTheta = 10_000;
    public const double RmsNormEpsilon = 1e-5;
}
