using System.Text.Json;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Optimizers;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Core.Tests.Training.Optimizers;

public sealed class ScheduleSpecTests
{
    public static TheoryData<string, int, int> Goldens
    {
        get
        {
            var cases = new TheoryData<string, int, int>();
            foreach (var (schedule, _) in Read())
            {
                cases.Add(schedule.Shape.ToString(), (int)schedule.WarmupSteps, (int)schedule.TotalSteps);
            }

            return cases;
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Goldens))]
    public void Factor_Golden_IsHuggingFaces(string shape, int warmup, int total)
    {
        var (schedule, factors) = Read().Single(golden =>
            golden.Schedule.Shape.ToString() == shape && golden.Schedule.WarmupSteps == warmup && golden.Schedule.TotalSteps == total);

        for (var step = 0; step < factors.Length; step++)
        {
            Assert.Equal(factors[step], schedule.Factor(step), 1e-8);
        }
    }

    [Theory]
    [InlineData(ScheduleShape.Linear)]
    [InlineData(ScheduleShape.Cosine)]
    public void Factor_AfterTheEnd_StaysZero(ScheduleShape shape) => Assert.Equal(0, new ScheduleSpec(shape, 2, 10).Factor(25), 1e-12);

    [Fact]
    public void Validate_NoEnd_SaysThatTheShapeNeedsOne()
    {
        var violations = new List<FieldViolation>();
        new ScheduleSpec(ScheduleShape.Linear, 3).Validate("schedule", violations);

        Assert.Equal("schedule.total_steps", Assert.Single(violations).Field);
    }

    private static IEnumerable<(ScheduleSpec Schedule, double[] Factors)> Read()
    {
        var path = SharedMaterial.PathOf("goldens", "rules", "schedules.json");
        if (!File.Exists(path))
        {
            return [];
        }

        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        return
        [
            .. json.RootElement.GetProperty("cases").EnumerateArray().Select(golden => (
                new ScheduleSpec(
                    Enum.Parse<ScheduleShape>(golden.GetProperty("schedule").GetString()!, ignoreCase: true),
                    golden.GetProperty("warmup_steps").GetInt64(),
                    golden.GetProperty("total_steps").GetInt64()),
                golden.GetProperty("factors").EnumerateArray().Select(factor => factor.GetDouble()).ToArray())),
        ];
    }
}
