namespace CoLA.Core.Tokens.Chat;

/// <summary>Llama 3: BOS; then every turn is a header with the role, the trimmed content, and an end marker.</summary>
internal sealed class Llama3 : ChatFamily
{
    public override string Name => "Llama 3";

    public override IReadOnlyList<Skeleton> Skeletons { get; } =
    [
        new("{% set loop_messages = messages %}{% for message in loop_messages %}"
            + "{% set content = '$start' + message['role'] + '$afterRole' + message['content'] | trim + '$end' %}"
            + "{% if loop.index0 == 0 %}{% set content = '$bos' + content %}{% endif %}{{ content }}{% endfor %}"
            + "{% if add_generation_prompt %}{{ '$reply' }}{% endif %}"),
    ];

    public override IEnumerable<ChatSegment> Render(TemplateTexts texts, IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt)
    {
        yield return Prompt(texts["bos"]);
        foreach (var (role, content) in messages)
        {
            foreach (var segment in Turn(role, texts["start"] + role + texts["afterRole"], PythonText.Strip(content), texts["end"]))
            {
                yield return segment;
            }
        }

        if (addGenerationPrompt)
        {
            yield return Prompt(texts["reply"]);
        }
    }
}
