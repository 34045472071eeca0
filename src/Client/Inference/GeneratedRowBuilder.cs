using System.Text;
using CoLA.V1;

namespace CoLA.Client.Inference;

/// <summary>Puts the pieces of one row together.</summary>
internal sealed class GeneratedRowBuilder
{
    private readonly StringBuilder _text = new();
    private readonly List<GeneratedToken> _tokens = [];
    private GenerateResponse _last = new();

    public void Add(GenerateResponse response)
    {
        _text.Append(response.Text);
        _tokens.AddRange(response.Tokens);
        _last = response;
    }

    public GeneratedRow Build() => new(_text.ToString(), _tokens, _last.FinishReason, _last.Failure, _last.Usage ?? new Usage());
}
