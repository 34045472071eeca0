using System.Text;
using Microsoft.ML.Tokenizers;

namespace CoLA.Core.Tokens.Pipeline;

/// <summary>
/// Encodes text with a tokenizer.model, by Microsoft.ML.Tokenizers. This class normalizes spaces itself, because the library's
/// normalizer loses texts of one character if the model removes extra spaces.
/// </summary>
internal sealed class SentencePieceEncoder(SentencePieceTokenizer tokenizer) : ISegmentEncoder
{
    /// <summary>The visible space.</summary>
    public const char Space = '\u2581';

    /// <summary>Whether the model removes spaces at both ends and replaces several consecutive spaces by one.</summary>
    public bool DropsSpaces { get; } = tokenizer.Normalizer is SentencePieceNormalizer { RemoveExtraWhiteSpaces: true };

    public void Encode(string text, TextPosition position, List<int> ids)
    {
        var normalized = Normalize(text, position);
        if (normalized.Length > 0)
        {
            ids.AddRange(tokenizer.EncodeToIds(
                normalized, addBeginningOfSentence: false, addEndOfSentence: false, considerNormalization: false));
        }
    }

    private string Normalize(string text, TextPosition position)
    {
        var continues = position == TextPosition.Continuing;
        if (DropsSpaces && !continues)
        {
            text = text.Trim(' ');
        }

        if (text.Length == 0)
        {
            return text;
        }

        var normalized = new StringBuilder(text.Length + 1);
        if (tokenizer.AddDummyPrefix && !continues)
        {
            normalized.Append(Space);
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != ' ')
            {
                normalized.Append(text[i]);
            }
            else if (!DropsSpaces || i == 0 || text[i - 1] != ' ')
            {
                normalized.Append(tokenizer.EscapeWhiteSpaces ? Space : ' ');
            }
        }

        return normalized.ToString();
    }
}
