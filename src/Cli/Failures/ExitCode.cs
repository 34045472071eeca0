
namespace CoLA.Cli.Failures;

/// <summary>What the command tells the shell.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>What was asked for failed: a check past its tolerance, a refusal of the server, a file that cannot be read.</summary>
    public const int Failed = 1;

    /// <summary>The command line itself is wrong.</summary>
    public const int Usage = 2;

    /// <summary>No server answers.</summary>
    public const int Unreachable = 3;

    /// <summary>Ended by Ctrl-C, as shells count it.</summary>
    public const int Cancelled = 130;

    /// <summary>Nobody reads standard output any more, as shells count it.</summary>
    public const int NoReader = 141;
}
