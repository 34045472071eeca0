namespace CoLA.Core.Tokens.Pipeline;

/// <summary>A token that is found in the text as it stands, before the text is cut into words.</summary>
/// <param name="Content">Its text.</param>
/// <param name="Id">Its token id.</param>
/// <param name="Special">Whether decoding may skip it.</param>
/// <param name="SingleWord">It is not found inside a word.</param>
/// <param name="StripLeft">It takes the white space before it with it.</param>
/// <param name="StripRight">It takes the white space after it with it.</param>
/// <param name="Normalized">It is looked for in the normalized text.</param>
internal sealed record AddedToken(
    string Content,
    int Id,
    bool Special = false,
    bool SingleWord = false,
    bool StripLeft = false,
    bool StripRight = false,
    bool Normalized = false);
