using System.Runtime.CompilerServices;
using CoLA.TestKit;

namespace CoLA.Core.Tests;

internal static class TestRun
{
    [ModuleInitializer]
    internal static void Prepare() => TorchThreads.UseOne();
}
