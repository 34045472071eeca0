namespace CoLA.Cli.Naming;

/// <summary>Environment variables that stand for options that every command takes.</summary>
internal static class EnvironmentVariables
{
    public const string Server = "COLA_SERVER";
    public const string Tenant = "COLA_TENANT";
}
