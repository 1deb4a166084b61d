using System.Security.Cryptography;

namespace EdgeDb.Core.Pipeline;

/// <summary>
/// With what answers are sealed. Each run of the service has a secret of its own, which never reaches Redis; it takes answers of the run before only when that
/// one has ended in order and handed its secret on, with the clock its answers are judged by. A new secret for each run, not one that is handed on for ever: a
/// file that was restored or lost its last commits cannot meet answers that were made after them.
/// </summary>
/// <param name="Current">Seals what this run puts there.</param>
/// <param name="Previous">Opens what the run before has put there; null when nothing of it holds.</param>
internal sealed record SecondLevelSeals(byte[] Current, byte[]? Previous)
{
    /// <summary>Of a run that begins.</summary>
    /// <param name="left">What the run before handed on.</param>
    public static SecondLevelSeals After(SecondLevelState? left) => new(RandomNumberGenerator.GetBytes(SealedAnswer.SecretBytes), left?.Secret);
}
