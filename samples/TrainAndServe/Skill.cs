namespace CoLA.Samples.TrainAndServe;

/// <summary>What a task is to learn: lines like <c>shout: gold = GOLD!</c>, a form of text that cola-tiny knows.</summary>
/// <param name="Name">The word in front of the colon.</param>
/// <param name="Answer">The right answer for a word.</param>
internal sealed record Skill(string Name, Func<string, string> Answer)
{
    public string Prompt(string word) => $"{Name}: {word} =";

    public string Completion(string word) => $" {Answer(word)}";
}
