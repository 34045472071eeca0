namespace CoLA.Core.Tokens.Chat;

/// <summary>The texts that were extracted from a template, by their names in the skeleton of its family.</summary>
internal sealed class TemplateTexts(IReadOnlyDictionary<string, string> texts)
{
    /// <summary>The text of a name; empty where the template has none.</summary>
    public string this[string name] => texts.GetValueOrDefault("$" + name, "");
}
