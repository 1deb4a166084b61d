using EdgeDb.Core.Settings;

namespace EdgeDb.Core.Pipeline;

/// <summary>
/// Asks for several things at once where callers ask for one each. Who comes while nothing runs is served at once and alone; who comes while something
/// runs shares the next round, which begins when the running one ends, when it is full, or after the ceiling, whichever is first.
/// </summary>
/// <param name="settings">Size and ceiling; a change holds for the rounds after it.</param>
/// <param name="time">Clock.</param>
/// <param name="askAsync">Answers for all keys of a round, each given once; a key without an entry has no answer (default).</param>
internal sealed class Batcher<TKey, TResult>(
    Live<PipelineSettings> settings, TimeProvider time, Func<IReadOnlyCollection<TKey>, CancellationToken, ValueTask<IReadOnlyDictionary<TKey, TResult>>> askAsync)
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private Round? _gathering;
    private int _running;

    /// <summary>The answer for one key. Throws what the round throws, to all who share it.</summary>
    public async Task<TResult?> GetAsync(TKey key, CancellationToken ct)
    {
        Round round;
        var begins = false;
        lock (_lock)
        {
            if (_running == 0)
            {
                round = new();
                begins = true;
                _running++;
            }
            else
            {
                round = _gathering ??= Gather();
                // A round that is full begins beside the running one.
                if (!round.Keys.Contains(key) && round.Keys.Count + 1 >= settings.Current.BatchSize)
                {
                    _gathering = null;
                    begins = true;
                    _running++;
                }
            }

            round.Keys.Add(key);
        }

        if (begins)
            _ = RunAsync(round);
        // The round goes on for the others when one of them leaves.
        var answers = await round.Answers.Task.WaitAsync(ct).ConfigureAwait(false);
        return answers.TryGetValue(key, out var answer) ? answer : default;
    }

    private Round Gather()
    {
        var round = new Round();
        round.Ceiling = time.CreateTimer(
            static state =>
            {
                var (batcher, round) = ((Batcher<TKey, TResult>, Round))state!;
                batcher.OnCeiling(round);
            },
            (this, round), settings.Current.BatchDelay, Timeout.InfiniteTimeSpan);
        return round;
    }

    private void OnCeiling(Round round)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_gathering, round))
                return;
            _gathering = null;
            _running++;
        }

        _ = RunAsync(round);
    }

    private async Task RunAsync(Round? round)
    {
        while (round is not null)
        {
            round.Ceiling?.Dispose();
            try
            {
                round.Answers.SetResult(await askAsync(round.Keys, CancellationToken.None).ConfigureAwait(false));
            }
            catch (Exception exception)
            {
                round.Answers.SetException(exception);
                _ = round.Answers.Task.Exception; // All may have left.
            }

            lock (_lock)
            {
                round = _gathering;
                _gathering = null;
                if (round is null)
                    _running--;
            }
        }
    }

    private sealed class Round
    {
        public HashSet<TKey> Keys { get; } = [];

        public TaskCompletionSource<IReadOnlyDictionary<TKey, TResult>> Answers { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Begins it when the running round takes long; null for one that began at once.</summary>
        public ITimer? Ceiling { get; set; }
    }
}
