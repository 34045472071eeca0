namespace CoLA.Core.Tokens.Chat;

/// <summary>Zephyr, TinyLlama, Phi-3: each of the three roles has a marker; turns of other roles are left out.</summary>
internal sealed class RoleMarkers : ChatFamily
{
    private static readonly string[][] Orders =
    [
        ["user", "system", "assistant"], ["system", "user", "assistant"], ["user", "assistant", "system"],
        ["system", "assistant", "user"], ["assistant", "user", "system"], ["assistant", "system", "user"],
    ];

    /// <summary>The generation prompt is in the last iteration of the loop or after the loop. Some templates write a closing text in its place.</summary>
    private static readonly string[] Endings =
    [
        "{% if loop.last and add_generation_prompt %}{{ '$reply' }}{% endif %}{% endfor %}",
        "{% endfor %}{% if add_generation_prompt %}{{ '$reply' }}{% endif %}",
        "{% endfor %}{% if add_generation_prompt %}{{ '$reply' }}{% else %}{{ '$close' }}{% endif %}",
    ];

    public override string Name => "role markers (Zephyr, Phi-3)";

    public override IReadOnlyList<Skeleton> Skeletons { get; } =
        [.. Endings.SelectMany(ending => Orders.Select(order => new Skeleton(
            "{{ '$bos' }}{% for message in messages %}"
            + string.Concat(order.Select((role, i) =>
                $"{{% {(i == 0 ? "if" : "elif")} message['role'] == '{role}' %}}{{{{ '${role}' + message['content'] + '${role}End' }}}}"))
            + "{% endif %}" + ending)))];

    public override IEnumerable<ChatSegment> Render(TemplateTexts texts, IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt)
    {
        yield return Prompt(texts["bos"]);
        foreach (var (role, content) in messages.Where(message => Orders[0].Contains(message.Role)))
        {
            foreach (var segment in Turn(role, texts[role], content, texts[role + "End"]))
            {
                yield return segment;
            }
        }

        yield return Prompt(addGenerationPrompt ? texts["reply"] : texts["close"]);
    }
}
