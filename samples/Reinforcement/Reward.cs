namespace CoLA.Samples.Reinforcement;

/// <summary>What is wanted of an answer, as a number. It is all that the task learns from: it never sees a right answer.</summary>
internal static class Reward
{
    /// <summary>How far the answer writes the word backwards before its first wrong letter. 0 to 1.</summary>
    public static double Of(string word, string answer)
    {
        var letters = answer.Trim();
        var right = word.Reverse().Zip(letters).TakeWhile(pair => pair.First == pair.Second).Count();
        return right / (double)Math.Max(word.Length, letters.Length);
    }
}
