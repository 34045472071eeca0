namespace CoLA.Core.Tokens.Chat;

/// <summary>ChatML: every turn is start marker, role, content, end marker. Some models begin with a default system message.</summary>
internal sealed class ChatMl : ChatFamily
{
    private const string Turns =
        "{{ '$start' + message['role'] + '$afterRole' + message['content'] + '$end' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '$reply' }}{% endif %}";

    public override string Name => "ChatML";

    public override IReadOnlyList<Skeleton> Skeletons { get; } =
    [
        new("{% for message in messages %}" + Turns),
        new("{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '$system' }}{% endif %}" + Turns),
    ];

    public override IEnumerable<ChatSegment> Render(TemplateTexts texts, IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt)
    {
        if (messages[0].Role != "system")
        {
            yield return Prompt(texts["system"]);
        }

        foreach (var (role, content) in messages)
        {
            foreach (var segment in Turn(role, texts["start"] + role + texts["afterRole"], content, texts["end"]))
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
