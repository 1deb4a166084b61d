using System.Collections.Immutable;

namespace EdgeDb.Core.Pipeline;

/// <summary>
/// Makes the answers of one route. It knows no request: an answer is made for everybody who asks for the same key, also when nobody does any more.
/// </summary>
/// <param name="name">The route's name in statistics and settings, lower case.</param>
/// <param name="policy">How long its answers may be used.</param>
internal abstract class AnswerSource(string name, AnswerPolicy policy)
{
    public string Name => name;

    public AnswerPolicy Policy => policy;

    /// <summary>What it knows.</summary>
    public virtual ImmutableArray<AnswerParameter> Parameters => [];

    /// <summary>
    /// Writes the answer for <paramref name="key"/>. What it throws reaches everybody who waits for this answer; nothing of it is kept.
    /// </summary>
    /// <param name="key">A <see cref="CanonicalKey"/> of this route.</param>
    /// <param name="answer">Takes the body and what it is made of.</param>
    /// <param name="ct">Ends when nobody waits any more, and at the deadline.</param>
    public abstract ValueTask MakeAsync(string key, AnswerBuilder answer, CancellationToken ct);
}
