using System.Globalization;
using CoLA.Core.Rejections;

namespace CoLA.Core.Naming;

/// <summary>The rule for the numbers in resource names: 1, 2, ...</summary>
internal static class VersionNumber
{
    public static int Checked(string field, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && value[0] != '0'
            ? number
            : throw new InvalidArgumentRejection(field, $"'{value}' is not a number: 1, 2, ...");
}
