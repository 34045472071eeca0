using CoLA.Core.Rejections;
using CoLA.Core.Tokens.Chat;
using Xunit;

namespace CoLA.Core.Tests.Tokens.Chat;

public sealed class ChatTemplateTests
{
    private const string ChatMl =
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private static readonly ChatMessage[] Conversation = [new("user", "One"), new("assistant", " two "), new("user", "three")];

    [Theory]
    [InlineData(ChatMl)]
    [InlineData(
        "{%- for message in messages -%}\n  {{- \"<|im_start|>\" ~ message.role ~ \"\\n\" }}{{ message.content }}"
        + "{{ '<|im_end|>\\n' -}}\n{%- endfor %}\n{%- if add_generation_prompt -%}"
        + "\n  {{- '<|im_start|>assistant\\n' }}\n{%- endif -%}\n")]
    [InlineData(
        "{# ChatML #}\n{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}"
        + "\n{% for message in messages %}\n<|im_start|>{{ message['role'] }}\n{{ message['content'] }}{{ eos_token }}"
        + "\n{% endfor %}\n{% if add_generation_prompt %}\n<|im_start|>assistant\n{{ '' }}{% endif %}")]
    public void Render_SameTemplateWrittenDifferently_GivesTheSameText(string spelling)
    {
        var template = ChatTemplate.Read(spelling, bosToken: null, eosToken: "<|im_end|>");

        Assert.Equal("ChatML", template.Family);
        Assert.Equal(
            "<|im_start|>user\nOne<|im_end|>\n<|im_start|>assistant\n two <|im_end|>\n<|im_start|>user\nthree<|im_end|>\n<|im_start|>assistant\n",
            template.Render(Conversation, addGenerationPrompt: true));
    }

    [Fact]
    public void Render_OtherTextsInTheTemplate_AreExtracted()
    {
        var template = ChatTemplate.Read(
            "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<<system>>Du bist knapp.%}' }}{% endif %}"
            + "{{ '<<' + message['role'] + '>>' + message['content'] + '\\'!\\'' }}{% endfor %}{% if add_generation_prompt %}{{ '<<assistant>>' }}{% endif %}",
            bosToken: null,
            eosToken: null);

        Assert.Equal("<<system>>Du bist knapp.%}<<user>>Hi'!'<<assistant>>", template.Render([new("user", "Hi")], addGenerationPrompt: true));
        Assert.Equal("<<system>>S'!'<<user>>Hi'!'", template.Render([new("system", "S"), new("user", "Hi")], addGenerationPrompt: false));
    }

    [Fact]
    public void Render_RolesInAnotherOrderWithAClosingText_IsRecognised()
    {
        var template = ChatTemplate.Read(
            "{% for message in messages %}{% if message['role'] == 'system' %}{{'<|system|>\n' + message['content'] + '<|end|>\n'}}"
            + "{% elif message['role'] == 'user' %}{{'<|user|>\n' + message['content'] + '<|end|>\n'}}"
            + "{% elif message['role'] == 'assistant' %}{{'<|assistant|>\n' + message['content'] + '<|end|>\n'}}{% endif %}{% endfor %}"
            + "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}",
            bosToken: "<s>",
            eosToken: "<|endoftext|>");

        Assert.Equal("<|user|>\nHi<|end|>\n<|assistant|>\n", template.Render([new("user", "Hi")], addGenerationPrompt: true));
        Assert.Equal("<|user|>\nHi<|end|>\n<|endoftext|>", template.Render([new("user", "Hi")], addGenerationPrompt: false));
    }

    [Fact]
    public void Render_TemplateWithTools_IsRenderedAsWithoutTools()
    {
        const string Template = """
            {%- if tools %}
                {{- '<|im_start|>system\n' }}
                {%- if messages[0]['role'] == 'system' %}
                    {{- messages[0]['content'] }}
                {%- else %}
                    {{- 'Use tools.' }}
                {%- endif %}
                {%- for tool in tools %}
                    {{- tool | tojson }}
                {%- endfor %}
                {{- '<|im_end|>\n' }}
            {%- else %}
                {%- if messages[0]['role'] == 'system' %}
                    {{- '<|im_start|>system\n' + messages[0]['content'] + '<|im_end|>\n' }}
                {%- else %}
                    {{- '<|im_start|>system\nBe kind.<|im_end|>\n' }}
                {%- endif %}
            {%- endif %}
            {%- for message in messages %}
                {%- if (message.role == "user") or (message.role == "system" and not loop.first) or (message.role == "assistant" and not message.tool_calls) %}
                    {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>' + '\n' }}
                {%- elif message.role == "assistant" %}
                    {%- for tool_call in message.tool_calls %}
                        {{- tool_call.arguments | tojson }}
                    {%- endfor %}
                {%- elif message.role == "tool" %}
                    {%- if loop.last %}{{- message.content }}{%- endif %}
                {%- endif %}
            {%- endfor %}
            {%- if add_generation_prompt %}
                {{- '<|im_start|>assistant\n' }}
            {%- endif %}
            """;
        var template = ChatTemplate.Read(Template, bosToken: null, eosToken: "<|im_end|>");

        Assert.Equal("Qwen 2.5", template.Family);
        Assert.Equal(
            "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
            template.Render([new("user", "Hi")], addGenerationPrompt: true));
        Assert.Equal(
            "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHo<|im_end|>\n",
            template.Render([new("system", "S"), new("user", "Hi"), new("assistant", "Ho")], addGenerationPrompt: false));
        Assert.Throws<InvalidArgumentRejection>(() => template.Render([new("user", "Hi"), new("tool", "{}")], addGenerationPrompt: true));
    }

    [Theory]
    [InlineData("{% for message in messages %}{{ message['content'] | upper }}{% endfor %}")]
    [InlineData("{{ tools | tojson }}")]
    [InlineData("{% for message in messages %}{{ 'open")]
    [InlineData(
        "{% for message in messages %}{{ '\\u003c' + message['role'] + '>' + message['content'] }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ 'x' }}{% endif %}")]
    [InlineData("")]
    public void Render_UnknownTemplate_IsRefusedWithTheSupportedFamilies(string unknown)
    {
        var template = ChatTemplate.Read(unknown, bosToken: null, eosToken: null);
        Assert.Null(template.Family);

        var rejection = Assert.Throws<UnsupportedRejection>(() => template.Render(Conversation, addGenerationPrompt: true));

        Assert.Contains("ChatML, Qwen 2.5, Llama 3, Llama 2, Mistral", rejection.Message, StringComparison.Ordinal);
        Assert.Throws<UnsupportedRejection>(() => template.RenderSegments(Conversation));
    }

    [Theory]
    [InlineData("!= 'system'", "== 'system'")]
    [InlineData("{% endfor %}", "{{ 'x' if tools else '' }}{% endfor %}")]
    [InlineData("message['content']", "message['content'] | trim")]
    [InlineData("messages %}{%", "messages[1:] %}{%")]
    public void Read_TemplateOfAnotherStructure_HasNoFamily(string part, string other)
    {
        const string Template =
            "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ 'S' }}{% endif %}"
            + "{{ '<' + message['role'] + '>' + message['content'] + '.' }}{% endfor %}{% if add_generation_prompt %}{{ '<a>' }}{% endif %}";
        Assert.NotNull(ChatTemplate.Read(Template, null, null).Family);

        Assert.Null(ChatTemplate.Read(Template.Replace(part, other, StringComparison.Ordinal), null, null).Family);
    }

    [Fact]
    public void Render_NoMessage_IsRefused()
    {
        Assert.Throws<InvalidArgumentRejection>(() => ChatTemplate.Read(ChatMl, null, null).Render([], addGenerationPrompt: true));
    }

    [Fact]
    public void RenderSegments_AssistantsTurn_IsTheGeneratedTextWithItsMarker()
    {
        Assert.Equal(
            [
                new("<|im_start|>user\nOne<|im_end|>\n<|im_start|>assistant\n", false),
                new(" two <|im_end|>", true),
                new("\n<|im_start|>user\nthree<|im_end|>\n", false),
            ],
            ChatTemplate.Read(ChatMl, null, null).RenderSegments(Conversation));
    }

    [Fact]
    public void RenderSegments_PromptOfTheTurnsBefore_EndsWhereTheAssistantBegins()
    {
        var template = ChatTemplate.Read(
            "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('no') }}{% endif %}"
            + "{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% elif message['role'] == 'assistant' %}"
            + "{{ ' ' + message['content'] + eos_token + ' ' }}{% else %}{{ raise_exception('roles') }}{% endif %}{% endfor %}",
            bosToken: "<s>",
            eosToken: "</s>");

        var segments = template.RenderSegments([new("user", "a"), new("assistant", "b")]);

        Assert.Equal([new("<s>[INST] a [/INST]", false), new(" b</s>", true), new(" ", false)], segments);
        Assert.Equal(template.Render([new("user", "a")], addGenerationPrompt: true), segments[0].Text);
    }
}
