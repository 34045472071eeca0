using TorchSharp;

namespace CoLA.TestKit;

/// <summary>
/// One intra-op thread per test: test classes run side by side, and idle threads of libtorch spin on the cores that
/// other tests need. Sums also come in one order on every machine.
/// </summary>
public static class TorchThreads
{
    public static void UseOne() => torch.set_num_threads(1);
}
