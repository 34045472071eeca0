using System.CommandLine;
using System.Runtime.CompilerServices;
using CoLA.Bench.Benches;
using CoLA.Core;

// Settles how libtorch's threads wait, which has to come before the first call of libtorch.
RuntimeHelpers.RunModuleConstructor(typeof(ColaCore).Module.ModuleHandle);

var command = new RootCommand("Measures what CoLA server does on one machine, beside what the machine can do.");
foreach (var bench in BenchTable.All)
{
    command.Add(bench);
}

return await command.Parse(args).InvokeAsync();
