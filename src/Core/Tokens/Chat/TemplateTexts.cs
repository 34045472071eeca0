namespace CoLA.Core.Tokens.Chat;

/// <summary>The texts that were read out of a template, by their names in the family's skeleton.</summary>
internal sealed class TemplateTexts(IReadOnlyDictionary<string, string> texts)
{
    /// <summary>The text; empty where this template's structure has no such text.</summary>
    public string this[string name] => texts.GetValueOrDefault("$" + name, "");
}
