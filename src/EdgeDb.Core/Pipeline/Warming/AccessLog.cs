using System.Runtime.CompilerServices;

namespace EdgeDb.Core.Pipeline;

/// <summary>
/// Which answers were asked for since somebody looked last: each once, however often it was asked for, so that a hit costs a comparison and a flood of one
/// key hides no other. When more than <see cref="Places"/> were asked for, the rest is not noted: those who learn from it look for habits.
/// </summary>
internal sealed class AccessLog(TimeProvider time)
{
    /// <summary>Answers noted between two looks at most.</summary>
    public const int Places = 256;

    private readonly Lock _lock = new();
    private List<(string Key, DateTimeOffset At)> _noted = [];

    // Of the looks. An answer remembers the one in which it was noted.
    private int _round = 1;

    /// <summary>A kept answer is given.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void NoteHit(Answer answer, ReadOnlySpan<char> key)
    {
        if (answer.NotedIn != Volatile.Read(ref _round))
            NoteFirst(answer, key);
    }

    /// <summary>Another answer is given.</summary>
    public void Note(string key)
    {
        lock (_lock)
            if (_noted.Count < Places)
                _noted.Add((key, time.GetUtcNow()));
    }

    /// <summary>Takes what was noted, in order.</summary>
    public IReadOnlyList<(string Key, DateTimeOffset At)> Take()
    {
        lock (_lock)
        {
            var taken = _noted;
            if (taken.Count > 0)
                _noted = [];
            Volatile.Write(ref _round, _round + 1);
            return taken;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NoteFirst(Answer answer, ReadOnlySpan<char> key)
    {
        // Two at once may both note it, which does no harm.
        answer.NotedIn = Volatile.Read(ref _round);
        Note(key.ToString());
    }
}
