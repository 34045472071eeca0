using CoLA.Core.Rejections;

namespace CoLA.Core.Tokens.Chat;

/// <summary>Llama 2: users and assistants alternate, and all contents are trimmed. A system message is part of the first user's turn.</summary>
internal sealed class Llama2 : ChatFamily
{
    public override string Name => "Llama 2";

    public override IReadOnlyList<Skeleton> Skeletons { get; } =
    [
        new("{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}"
            + "{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}"
            + "{% for message in loop_messages %}"
            + "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('$alternate') }}{% endif %}"
            + "{% if loop.index0 == 0 and system_message != false %}{% set content = '$system' + system_message + '$systemEnd' + message['content'] %}"
            + "{% else %}{% set content = message['content'] %}{% endif %}"
            + "{% if message['role'] == 'user' %}{{ '$user' + content | trim + '$userEnd' }}"
            + "{% elif message['role'] == 'assistant' %}{{ '$assistant' + content | trim + '$assistantEnd' }}{% endif %}{% endfor %}"),
    ];

    public override IEnumerable<ChatSegment> Render(TemplateTexts texts, IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt)
    {
        var system = messages[0].Role == "system" ? messages[0].Content : null;
        var first = system is null ? 0 : 1;
        for (var i = first; i < messages.Count; i++)
        {
            var (role, content) = messages[i];
            if ((role == "user") != ((i - first) % 2 == 0))
            {
                throw new InvalidArgumentRejection("messages", texts["alternate"]);
            }

            if (i == first && system is not null)
            {
                content = texts["system"] + system + texts["systemEnd"] + content;
            }

            content = PythonText.Strip(content);
            if (role == "user")
            {
                yield return Prompt(texts["user"] + content + texts["userEnd"]);
            }
            else if (role == "assistant")
            {
                // The prompt ends after the user's turn, so the model generates the text before the content too.
                foreach (var segment in Turn(role, "", texts["assistant"] + content, texts["assistantEnd"]))
                {
                    yield return segment;
                }
            }
        }
    }
}
