using System.Runtime.CompilerServices;
using CoLA.TestKit;

namespace CoLA.Models.Tests;

internal static class TestRun
{
    [ModuleInitializer]
    internal static void Prepare() => TorchThreads.UseOne();
}
