namespace EdgeDb.Benchmarks.Pool;

/// <summary>A household's questions: a month of occurrences, a record, a changed record, a count by owner.</summary>
internal abstract class MixedWorkload : IAsyncDisposable
{
    /// <summary>Occurrences, and records, in the tables.</summary>
    public const int Rows = 10_000;

    /// <summary>Seconds between two occurrences, so that a month holds about 100 of them.</summary>
    public const int Spacing = 26_000;

    private const int Month = 30 * 86_400;

    /// <summary>One operation.</summary>
    /// <param name="dice">0 to 99: which.</param>
    /// <param name="row">Which row, 0 to <see cref="Rows"/> - 1.</param>
    public ValueTask<long> OneAsync(int dice, int row) => dice switch
    {
        < 40 => MonthAsync((long)row * Spacing, ((long)row * Spacing) + Month),
        < 70 => RecordAsync(row),
        < 90 => WriteAsync(row, dice),
        _ => CountAsync(row % 7),
    };

    /// <summary>What its connections did, for the report.</summary>
    public abstract string Describe();

    public abstract ValueTask DisposeAsync();

    protected abstract ValueTask<long> MonthAsync(long from, long to);

    protected abstract ValueTask<long> RecordAsync(int id);

    protected abstract ValueTask<long> WriteAsync(int id, int value);

    protected abstract ValueTask<long> CountAsync(int owner);
}
