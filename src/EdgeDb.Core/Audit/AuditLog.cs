using System.Globalization;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Audit;

/// <summary>
/// What was done, by whom. Entries are collected and written together, as each commit costs the card an erase block: a power cut takes the entries of the latest
/// <see cref="GatherFor"/> and nothing before them. What must not be lost is added in its own transaction by <see cref="AuditChain.Append"/>, or followed by <see cref="FlushAsync"/>.
/// </summary>
internal sealed partial class AuditLog : IAsyncDisposable
{
    /// <summary>Entries that may wait; more are counted, and the count is an entry.</summary>
    public const int Capacity = 1024;

    /// <summary>Whatever their age, no more are kept: 200,000 are some 80 MB.</summary>
    public const int MostKept = 200_000;

    /// <summary>How long the first of a group waits for others.</summary>
    public static readonly TimeSpan GatherFor = TimeSpan.FromSeconds(2);

    // So many do not wait for more.
    private const int ManyWait = 256;

    private static readonly TimeSpan TickEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan NoteEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan JumpLeast = TimeSpan.FromMinutes(1);

    private readonly SqliteDatabase _database;
    private readonly SubjectKeys _subjects;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly List<Note> _waiting = [];
    private readonly AuditFlood _flood;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ITimer _gather;
    private readonly ITimer _tick;
    private bool _isStopped;
    private long _lost;
    private AuditHead? _head;
    private AuditHead? _notedHead;
    private long _notedAt;
    private DateTimeOffset _wall;
    private long _wallAt;

    public AuditLog(SqliteDatabase database, SubjectKeys subjects, TimeProvider time, ILogger logger)
    {
        (_database, _subjects, _time, _logger) = (database, subjects, time, logger);
        _flood = new(time);
        Events = new(this, time);
        Reader = new(database, subjects);
        (_wall, _wallAt, _notedAt) = (time.GetUtcNow(), time.GetTimestamp(), time.GetTimestamp());
        _gather = time.CreateTimer(static log => _ = ((AuditLog)log!).TryFlushAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _tick = time.CreateTimer(static log => _ = ((AuditLog)log!).TickAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What somebody should look at.</summary>
    public SecurityEvents Events { get; }

    public AuditReader Reader { get; }

    /// <summary>Entries that could not be kept since the start.</summary>
    public long Lost { get; private set; }

    /// <summary>Raised once a minute, for what is looked at in passing. Handlers return at once.</summary>
    public event Action? Ticked;

    /// <summary>Begins a boot. Compares the chain with the head that was noted, and warns when it is shorter.</summary>
    public async Task StartAsync(string version, CancellationToken ct)
    {
        var (head, newestAt) = await _database.ReadAsync(
            0,
            static (session, _) =>
            {
                var newest = session.Prepare("SELECT at FROM audit_entry ORDER BY sequence DESC LIMIT 1");
                return (AuditChain.Head(session), newest.Step() ? newest.Int64(0) : (long?)null);
            },
            ct).ConfigureAwait(false);
        Write(AuditKind.ServiceStart, AuditActor.Service, null, version);
        if (newestAt - Now() > JumpLeast.TotalSeconds)
            Write(AuditKind.ClockJump, AuditActor.Service, null, string.Create(CultureInfo.InvariantCulture, $"back by {newestAt - Now()} s while the service did not run"));
        var noted = Noted();
        if (noted is not null && (noted.Sequence > head.Sequence || (noted.Sequence == head.Sequence && !noted.Equals(head))))
            Events.Raise(
                SecurityEventKind.ChainBroken,
                string.Create(CultureInfo.InvariantCulture, $"entry {noted.Sequence} was noted and the log ends with {head.Sequence}: it was cut off, or the file was replaced by an older copy"));
        else
            _notedHead = noted;
        _tick.Change(TickEvery, TickEvery);
    }

    /// <summary>Adds an entry, soon. Parameters as those of <see cref="Record"/>.</summary>
    public void Write(AuditKind kind, AuditActor actor, string? subject, string what)
    {
        lock (_gate)
        {
            if (_isStopped || !_flood.Admit(kind))
                return;
            Add_NeedsLock(new(Now(), kind, actor, subject, what));
        }
    }

    /// <summary>An entry for <see cref="AuditChain.Append"/>, in the transaction of what it tells.</summary>
    /// <param name="kind">What happened.</param>
    /// <param name="actor">Who did it.</param>
    /// <param name="subject">Whose data it is, an account or a member: its key seals <paramref name="what"/>. Null when that tells nothing of a person.</param>
    /// <param name="what">In a few words. No text that somebody wrote, and no credential.</param>
    public AuditRecord Record(AuditKind kind, AuditActor actor, string? subject, string what) => AuditRecord.Seal(_subjects, Now(), kind, actor, subject, what);

    /// <summary>
    /// Removes what this log says of a subject, and destroys its key, so that no copy says it either. Durable when it completes. Returns how many details are gone.
    /// </summary>
    public async Task<int> EraseAsync(string subject, AuditActor actor, CancellationToken ct)
    {
        // What waits would be sealed with a new key of the same subject.
        await FlushAsync(ct).ConfigureAwait(false);
        var removed = await _database.WriteAsync(
            (log: this, subject, actor),
            static (session, step) => AuditChain.Erase(session, step.log._subjects, step.subject, step.actor, step.log.Now()),
            ct).ConfigureAwait(false);
        _subjects.Destroy(subject);
        return removed;
    }

    /// <summary>Writes what waits. Completes when it is durable. Throws <see cref="StorageException"/>; then it waits on.</summary>
    public async Task FlushAsync(CancellationToken ct)
    {
        await _writing.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            Note[] notes;
            lock (_gate)
                notes = [.. _waiting];
            if (notes.Length == 0)
                return;
            var records = Array.ConvertAll(notes, Seal);
            // Not to be cancelled once it was handed over: whether it was written would not be known.
            _head = await _database.WriteAsync(
                records,
                static (session, records) =>
                {
                    var head = AuditHead.None;
                    foreach (var record in records)
                        head = AuditChain.Append(session, record);
                    return head;
                },
                CancellationToken.None).ConfigureAwait(false);
            lock (_gate)
            {
                _waiting.RemoveRange(0, notes.Length);
                if (_waiting.Count > 0)
                    _gather.Change(GatherFor, Timeout.InfiniteTimeSpan);
                if (_lost > 0)
                {
                    Add_NeedsLock(new(Now(), AuditKind.Lost, AuditActor.Service, null, string.Create(CultureInfo.InvariantCulture, $"{_lost} entries")));
                    _lost = 0;
                }
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Checks the whole chain; raises a warning when it is broken.</summary>
    public async Task<AuditReport> CheckAsync(Func<CancellationToken, ValueTask>? pause, CancellationToken ct)
    {
        var report = await AuditCheck.RunAsync(_database, Noted(), pause, ct).ConfigureAwait(false);
        if (report.Problem is { } problem)
            Events.Raise(SecurityEventKind.ChainBroken, problem);
        return report;
    }

    /// <summary>Drops entries older than <paramref name="keep"/>, some at a time. To be called after <see cref="CheckAsync"/> found nothing.</summary>
    public async Task DropOldAsync(TimeSpan keep, Func<CancellationToken, ValueTask>? pause, CancellationToken ct)
    {
        while (await _database.WriteAsync(
            (log: this, cutoff: Now() - (long)keep.TotalSeconds),
            static (session, step) => AuditChain.DropOld(session, step.cutoff, AuditChain.LeastKept, MostKept, step.log.Now()),
            ct).ConfigureAwait(false))
            if (pause is not null)
                await pause(ct).ConfigureAwait(false);
    }

    /// <summary>Ends the boot: writes what waits and notes the head. What comes later is not written.</summary>
    public async Task StopAsync()
    {
        lock (_gate)
        {
            if (_isStopped)
                return;
            TakeHeld_NeedsLock(all: true);
            _isStopped = true;
            Add_NeedsLock(new(Now(), AuditKind.ServiceStop, AuditActor.Service, null, "told to stop"));
        }

        _tick.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (await TryFlushAsync().ConfigureAwait(false))
            NoteHead();
    }

    public async ValueTask DisposeAsync()
    {
        await _gather.DisposeAsync().ConfigureAwait(false);
        await _tick.DisposeAsync().ConfigureAwait(false);
        // A flush that runs ends before the database closes.
        await _writing.WaitAsync().ConfigureAwait(false);
        _writing.Dispose();
    }

    /// <summary>That it happened is told also while the keys of persons cannot be read.</summary>
    private AuditRecord Seal(Note note)
    {
        // It may be told of still: a session that ends, a request that is answered.
        if ((note.Subject is { } subject && _subjects.IsRefused(subject)) || (note.Actor.Owner is { } owner && _subjects.IsRefused(owner)))
            return AuditRecord.OfNobody(note.At, note.Kind, new AuditActor(note.Actor.Name), "by or about somebody who was erased");
        try
        {
            return AuditRecord.Seal(_subjects, note.At, note.Kind, note.Actor, note.Subject, note.What);
        }
        catch (Exception failure) when (failure is SealBrokenException or IOException or UnauthorizedAccessException)
        {
            LogNotWritten(_logger, failure.Message);
            return AuditRecord.OfNobody(note.At, note.Kind, new AuditActor(note.Actor.Name), "who and what could not be sealed");
        }
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeSeconds();

    private void Add_NeedsLock(Note note)
    {
        if (_waiting.Count >= Capacity)
        {
            _lost++;
            Lost++;
            return;
        }

        _waiting.Add(note);
        if (_waiting.Count is 1 or ManyWait)
            _gather.Change(_waiting.Count == 1 ? GatherFor : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void TakeHeld_NeedsLock(bool all)
    {
        foreach (var (kind, held) in _flood.Take(all))
            Add_NeedsLock(new(Now(), kind, AuditActor.Anybody, null, string.Create(CultureInfo.InvariantCulture, $"{held} more in this minute")));
    }

    private async Task<bool> TryFlushAsync()
    {
        try
        {
            await FlushAsync(CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (failure is StorageException or ObjectDisposedException)
        {
            // They wait for the next minute.
            LogNotWritten(_logger, failure.Message);
            return false;
        }
    }

    private async Task TickAsync()
    {
        NoticeJump();
        lock (_gate)
            TakeHeld_NeedsLock(all: false);
        Ticked?.Invoke();
        if (await TryFlushAsync().ConfigureAwait(false) && _time.GetElapsedTime(_notedAt) >= NoteEvery)
            NoteHead();
    }

    private void NoticeJump()
    {
        var (wall, at) = (_time.GetUtcNow(), _time.GetTimestamp());
        var jump = wall - _wall - _time.GetElapsedTime(_wallAt, at);
        (_wall, _wallAt) = (wall, at);
        if (jump.Duration() >= JumpLeast)
            Write(
                AuditKind.ClockJump, AuditActor.Service, null,
                string.Create(CultureInfo.InvariantCulture, $"{(jump < TimeSpan.Zero ? "back" : "ahead")} by {(long)jump.Duration().TotalSeconds} s"));
    }

    private void NoteHead()
    {
        _notedAt = _time.GetTimestamp();
        if (_head is not { } head || head.Equals(_notedHead))
            return;
        try
        {
            head.Note(_database.Path);
            _notedHead = head;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogNotWritten(_logger, failure.Message);
        }
    }

    private AuditHead? Noted()
    {
        try
        {
            return AuditHead.Noted(_database.Path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LoggerMessage(EventId = 6501, Level = LogLevel.Warning, Message = "The audit log cannot be written now: {Reason}")]
    private static partial void LogNotWritten(ILogger logger, string reason);

    private readonly record struct Note(long At, AuditKind Kind, AuditActor Actor, string? Subject, string What);
}
