namespace EdgeDb.Core.Pipeline;

/// <summary>What is particular about the answers of a route; the settings say the rest. No policy lets one be used after a commit changed what it shows.</summary>
/// <param name="MostTtl">It is fresh no longer than this, whatever the settings say.</param>
/// <param name="MayAge">It may be given past its time while a new one is made.</param>
internal sealed record AnswerPolicy(TimeSpan MostTtl, bool MayAge)
{
    /// <summary>It shows the file alone, so it holds for the next process as well: it may go to the second level.</summary>
    public bool IsShared => MostTtl == TimeSpan.MaxValue;

    /// <summary>It shows what is in the file: it changes with commits alone.</summary>
    public static readonly AnswerPolicy Default = new(TimeSpan.MaxValue, MayAge: true);

    /// <summary>It shows what time it is: fresh for a second, so that many who ask at once share it.</summary>
    public static readonly AnswerPolicy OfTheMoment = new(TimeSpan.FromSeconds(1), MayAge: false);
}
