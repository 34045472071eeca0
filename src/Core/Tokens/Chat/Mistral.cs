using CoLA.Core.Rejections;

namespace CoLA.Core.Tokens.Chat;

/// <summary>Mistral: users and assistants alternate; there is no system message.</summary>
internal sealed class Mistral : ChatFamily
{
    public override string Name => "Mistral";

    public override IReadOnlyList<Skeleton> Skeletons { get; } =
    [
        new("{{ '$bos' }}{% for message in messages %}"
            + "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('$alternate') }}{% endif %}"
            + "{% if message['role'] == 'user' %}{{ '$user' + message['content'] + '$userEnd' }}"
            + "{% elif message['role'] == 'assistant' %}{{ '$assistant' + message['content'] + '$assistantEnd' }}"
            + "{% else %}{{ raise_exception('$roles') }}{% endif %}{% endfor %}"),
    ];

    public override IEnumerable<ChatSegment> Render(TemplateTexts texts, IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt)
    {
        yield return Prompt(texts["bos"]);
        for (var i = 0; i < messages.Count; i++)
        {
            var (role, content) = messages[i];
            if ((role == "user") != (i % 2 == 0))
            {
                throw new InvalidArgumentRejection("messages", texts["alternate"]);
            }

            switch (role)
            {
                case "user":
                    yield return Prompt(texts["user"] + content + texts["userEnd"]);
                    break;
                case "assistant":
                    // The prompt ends after the user's turn, so the model generates the text before the content too.
                    foreach (var segment in Turn(role, "", texts["assistant"] + content, texts["assistantEnd"]))
                    {
                        yield return segment;
                    }

                    break;
                default:
                    throw new InvalidArgumentRejection("messages", texts["roles"]);
            }
        }
    }
}
