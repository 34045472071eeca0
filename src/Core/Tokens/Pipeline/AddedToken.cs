namespace CoLA.Core.Tokens.Pipeline;

/// <summary>A token that is searched in the text before the text is split into words.</summary>
/// <param name="Content">The text of the token.</param>
/// <param name="Id">The token id.</param>
/// <param name="Special">Whether decoding can skip it.</param>
/// <param name="SingleWord">Whether it matches only outside words.</param>
/// <param name="StripLeft">Whether it includes the white space before it.</param>
/// <param name="StripRight">Whether it includes the white space after it.</param>
/// <param name="Normalized">Whether it is searched in the normalized text.</param>
internal sealed record AddedToken(
    string Content,
    int Id,
    bool Special = false,
    bool SingleWord = false,
    bool StripLeft = false,
    bool StripRight = false,
    bool Normalized = false);
