namespace CoLA.Core.Tokens.Chat;

/// <summary>One token of a template, in canonical form.</summary>
/// <param name="Text">The word or operator, or the text of a literal.</param>
/// <param name="IsLiteral">Whether it is a literal.</param>
internal readonly record struct TemplateToken(string Text, bool IsLiteral = false)
{
    /// <summary>The beginning of a statement.</summary>
    public static readonly TemplateToken Statement = new("{%");

    /// <summary>The end of a statement.</summary>
    public static readonly TemplateToken EndStatement = new("%}");

    /// <summary>The beginning of an output.</summary>
    public static readonly TemplateToken Output = new("{{");

    /// <summary>The end of an output.</summary>
    public static readonly TemplateToken EndOutput = new("}}");

    /// <summary>Whether it is this word or operator and not a literal.</summary>
    public bool Is(string text) => !IsLiteral && Text == text;
}
