namespace CoLA.Core.Tokens.Chat;

/// <summary>One word of a template in its canonical spelling.</summary>
/// <param name="Text">The word, or a literal's text.</param>
/// <param name="IsLiteral">Whether it is a literal text.</param>
internal readonly record struct TemplateToken(string Text, bool IsLiteral = false)
{
    /// <summary>Begins a statement.</summary>
    public static readonly TemplateToken Statement = new("{%");

    /// <summary>Ends a statement.</summary>
    public static readonly TemplateToken EndStatement = new("%}");

    /// <summary>Begins an output.</summary>
    public static readonly TemplateToken Output = new("{{");

    /// <summary>Ends an output.</summary>
    public static readonly TemplateToken EndOutput = new("}}");

    public bool Is(string text) => !IsLiteral && Text == text;
}
