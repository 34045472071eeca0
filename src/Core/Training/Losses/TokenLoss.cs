using CoLA.Core.Training.Examples;

namespace CoLA.Core.Training.Losses;

/// <summary>A loss that is a sum over tokens.</summary>
public abstract record TokenLoss : LossSpec
{
    /// <summary>A token's loss, and its derivative by the token's log-probability.</summary>
    /// <param name="row">The token's row.</param>
    /// <param name="token">Its place in the row; one that counts.</param>
    /// <param name="logProbability">Under the working copy.</param>
    internal abstract (double Value, double Slope) Of(EncodedExample row, int token, double logProbability);
}
