namespace CoLA.Server.Telemetry;

/// <summary>Tokens of one kind, of one tenant with one task, each by its label.</summary>
internal sealed record TokenReading(string Tenant, string Task, string Kind, long Tokens)
{
    public static TokenReading Of(long tokens, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        new(Label(tags, "cola.tenant"), Label(tags, "cola.task"), Label(tags, "cola.token.kind"), tokens);

    private static string Label(ReadOnlySpan<KeyValuePair<string, object?>> tags, string key)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == key)
            {
                return (string)tag.Value!;
            }
        }

        throw new InvalidOperationException($"tokens are counted without {key}");
    }
}
