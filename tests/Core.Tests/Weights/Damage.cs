using CsCheck;

namespace CoLA.Core.Tests.Weights;

/// <summary>Files with a few random bytes changed; the changes are the same in every run.</summary>
internal static class Damage
{
    private const int Files = 2_000;

    /// <param name="good">The file to damage.</param>
    /// <param name="bytes">The number of leading bytes that may be changed.</param>
    public static IEnumerable<byte[]> Of(byte[] good, int bytes)
    {
        var changes = Gen.Select(Gen.Int[0, bytes - 1], Gen.Byte).Array[1, 6];
        var random = new PCG(1, 2505_15471);
        for (var file = 0; file < Files; file++)
        {
            var damaged = (byte[])good.Clone();
            foreach (var (index, value) in changes.Generate(random, null, out _))
            {
                damaged[index] = value;
            }

            yield return damaged;
        }
    }
}
