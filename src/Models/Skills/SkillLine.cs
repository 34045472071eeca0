namespace CoLA.Models.Skills;

/// <summary>What a skill is asked and what it answers.</summary>
internal readonly record struct SkillLine(string Argument, string Answer);
