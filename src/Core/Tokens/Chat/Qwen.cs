using CoLA.Core.Rejections;

namespace CoLA.Core.Tokens.Chat;

/// <summary>Qwen 2.5: ChatML that begins with the system message or the model's default one. Its template also supports tools.</summary>
internal sealed class Qwen : ChatFamily
{
    private static readonly string[] Roles = ["system", "user", "assistant"];

    public override string Name => "Qwen 2.5";

    public override IReadOnlyList<Skeleton> Skeletons { get; } =
    [
        new("{% if messages[0]['role'] == 'system' %}{{ '$systemStart' + messages[0]['content'] + '$systemEnd' }}{% else %}{{ '$system' }}{% endif %}"
            + "{% for message in messages %}"
            + "{% if (message['role'] == 'user') or (message['role'] == 'system' and not loop.first)"
            + " or (message['role'] == 'assistant' and not message['tool_calls']) %}"
            + "{{ '$start' + message['role'] + '$afterRole' + message['content'] + '$end' }}"
            + "{% anything %}{% endif %}{% endfor %}"
            + "{% if add_generation_prompt %}{{ '$reply' }}{% endif %}"),
    ];

    public override IEnumerable<ChatSegment> Render(TemplateTexts texts, IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt)
    {
        if (messages.FirstOrDefault(message => !Roles.Contains(message.Role)) is { } unknown)
        {
            throw new InvalidArgumentRejection("messages", $"role '{unknown.Role}' is not supported; {string.Join(", ", Roles)} are");
        }

        var hasSystem = messages[0].Role == "system";
        yield return Prompt(hasSystem ? texts["systemStart"] + messages[0].Content + texts["systemEnd"] : texts["system"]);
        foreach (var (role, content) in messages.Skip(hasSystem ? 1 : 0))
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
