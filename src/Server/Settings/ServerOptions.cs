namespace CoLA.Server.Settings;

/// <summary>What the operator of a server chooses.</summary>
public sealed class ServerOptions
{
    /// <summary>The base model: a directory in HuggingFace layout, or a GGUF file. Required.</summary>
    public string Model { get; set; } = "";

    /// <summary>Where everything that lasts is kept; made where it is not there. Required.</summary>
    public string DataDirectory { get; set; } = "";

    /// <summary><c>cpu</c>, <c>cuda</c>, <c>cuda:N</c>, or <c>auto</c> for CUDA where it is there and the CPU otherwise.</summary>
    public string Device { get; set; } = "auto";

    /// <summary>
    /// The IP address to listen on. Default 127.0.0.1: whoever reaches the server may call it in any tenant's name, so
    /// opening it to a network is asked for.
    /// </summary>
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>The TCP port, 0 to 65535; 0 takes a free one. Default 5290.</summary>
    public int Port { get; set; } = 5290;

    /// <summary>Threads that one operation on the CPU uses, 1 to 256. Default: as many as there are cores.</summary>
    public int? Threads { get; set; }
}
