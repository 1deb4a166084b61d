namespace EdgeDb.Core.Pipeline;

/// <summary>Counts of the pipeline since the start; read by the metrics.</summary>
internal sealed class PipelineStatistics
{
    private readonly long[] _answers = new long[Enum.GetValues<AnswerOrigin>().Length];

    /// <summary>Answers given, by where they came from.</summary>
    public long Answers(AnswerOrigin origin) => Volatile.Read(ref _answers[(int)origin]);

    internal void Count(AnswerOrigin origin) => Interlocked.Increment(ref _answers[(int)origin]);
}
