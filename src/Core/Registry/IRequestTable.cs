namespace CoLA.Core.Registry;

/// <summary>The replies that clients' requests got.</summary>
internal interface IRequestTable
{
    /// <summary>A row past its <see cref="RequestRow.Expires"/> may be found or not: whoever asks looks at the time.</summary>
    ValueTask<RequestRow?> FindAsync(string tenant, string id);
}
