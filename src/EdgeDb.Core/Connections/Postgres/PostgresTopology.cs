using NpgsqlTypes;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Which server takes the writes and which may answer a read, from nothing but what their connections heard.
/// <para>
/// <b>What it can tell.</b> A promotion raises the timeline, so of two servers that take writes the one on the lower timeline was replaced: it gets
/// neither writes nor reads, however long it has been back. A server of another cluster (another system identifier) is never used.
/// </para>
/// <para>
/// <b>What it cannot.</b> It does not fence: a replaced primary that others still write to diverges, and until one answer of the new primary has
/// arrived nobody here knows of it. Two servers made writable without a promotion are on the same timeline, and no position says which is
/// right: the one in use is kept and <see cref="Conflict"/> is set. Changes that the old primary confirmed but no replica had received are
/// lost by the promotion, also for a caller who holds their position. Stopping the old primary is the job of whoever promotes.
/// </para>
/// </summary>
internal sealed class PostgresTopology
{
    private const int MarksKept = 16;

    // A replica that was behind so lately is not worth another round trip.
    private static readonly TimeSpan BehindFor = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly PostgresServer[] _servers;
    private readonly TimeProvider _time;
    private readonly TimeSpan _maxLag;
    private readonly PostgresHistory? _known;
    private readonly Queue<Mark> _marks = new(MarksKept);
    private Mark _newest;
    private long _cluster;
    private uint _timeline;
    private int _primary = -1;
    private int _turn;

    public PostgresTopology(IEnumerable<PostgresServer> servers, PostgresRouterOptions options, TimeProvider time)
    {
        _servers = [.. servers];
        _maxLag = options.MaxReplicaLag;
        _known = options.Known;
        _time = time;
    }

    /// <summary>The cluster and its highest timeline, that of an earlier run included; null until a server has answered.</summary>
    public PostgresHistory? History
    {
        get
        {
            lock (_gate)
            {
                Learn_NeedsLock();
                return _cluster == 0 ? null : new PostgresHistory(_cluster, _timeline);
            }
        }
    }

    /// <summary>Two servers take writes on the same timeline.</summary>
    public bool Conflict { get; private set; }

    /// <summary>Index of the server that takes writes, as far as is known; -1 when none does.</summary>
    public int Primary
    {
        get
        {
            lock (_gate)
            {
                Learn_NeedsLock();
                return _primary;
            }
        }
    }

    /// <summary>The primary had reached this position at this time: what a replica is measured by.</summary>
    public void MarkPosition(NpgsqlLogSequenceNumber position, long at)
    {
        lock (_gate)
            Mark_NeedsLock(new Mark(position, at));
    }

    /// <summary>False for a server whose data is of another cluster or of a history that ended.</summary>
    public bool IsOfThisHistory(int server)
    {
        lock (_gate)
        {
            Learn_NeedsLock();
            return _servers[server].State is { } state && IsOfThisHistory_NeedsLock(state);
        }
    }

    /// <summary>How far a standby is behind; null for a server that is none, and while the primary is not known or away.</summary>
    public PostgresLag? LagOf(int server)
    {
        lock (_gate)
        {
            Learn_NeedsLock();
            if (_primary < 0 || !_servers[_primary].IsReachable || _servers[server].State is not { InRecovery: true } state || !IsOfThisHistory_NeedsLock(state))
                return null;
            PostgresLag? lag = null;
            foreach (var mark in _marks)
            {
                // What the primary had after the standby was asked says nothing about it.
                if (mark.At > state.ObservedAt)
                    break;
                var lacks = mark.Position > state.Position;
                var since = lag is { Time: var known } && known > TimeSpan.Zero ? known : _time.GetElapsedTime(mark.At, state.ObservedAt);
                lag = lacks ? new PostgresLag((long)((ulong)mark.Position - (ulong)state.Position), since) : new PostgresLag(0, TimeSpan.Zero);
            }

            return lag;
        }
    }

    /// <summary>
    /// The next server to ask, or -1: a replica that is near enough, then the primary, then, when the primary cannot be reached, any replica of
    /// this history.
    /// </summary>
    /// <param name="after">What the caller must see; null for nothing in particular.</param>
    /// <param name="tried">A bit for each server that was asked in vain.</param>
    /// <param name="mayBeOld">True when the answer has to be marked, because nothing is known of its age or it lacks what the caller must see.</param>
    public int NextForRead(NpgsqlLogSequenceNumber? after, uint tried, out bool mayBeOld)
    {
        mayBeOld = false;
        lock (_gate)
        {
            Learn_NeedsLock();
            var now = _time.GetTimestamp();
            var floor = Floor_NeedsLock(now);
            var spare = -1;
            _turn++;
            for (var i = 0; i < _servers.Length; i++)
            {
                var server = (int)((uint)(_turn + i) % (uint)_servers.Length);
                if ((tried & (1u << server)) != 0 || _servers[server].State is not { InRecovery: true } state || !IsOfThisHistory_NeedsLock(state))
                    continue;
                spare = server;
                var mayHave = after is not { } wanted || state.Position >= wanted || _time.GetElapsedTime(state.ObservedAt, now) > BehindFor;
                if (_servers[server].IsReachable && floor is { } needed && state.Position >= needed && mayHave)
                    return server;
            }

            var primary = _primary >= 0 && (tried & (1u << _primary)) == 0 ? _primary : -1;
            if (primary >= 0 && (spare < 0 || _servers[primary].IsReachable))
                return primary;
            mayBeOld = spare >= 0;
            return spare;
        }
    }

    private void Learn_NeedsLock()
    {
        foreach (var server in _servers)
        {
            if (server.State is not { } state)
                continue;
            if (_cluster == 0)
            {
                _cluster = state.SystemIdentifier;
                if (_known is { } known && known.SystemIdentifier == _cluster)
                    _timeline = known.Timeline;
            }

            // Only who takes writes proves a timeline.
            if (state.SystemIdentifier == _cluster && !state.InRecovery && state.Timeline > _timeline)
            {
                _timeline = state.Timeline;
                // Positions of different histories cannot be compared.
                _marks.Clear();
                _newest = default;
            }
        }

        var primary = -1;
        Conflict = false;
        for (var i = 0; i < _servers.Length; i++)
        {
            if (_servers[i].State is not { InRecovery: false } state || !IsOfThisHistory_NeedsLock(state))
                continue;
            Conflict |= primary >= 0;
            if (primary < 0 || i == _primary)
                primary = i;
        }

        _primary = primary;
        if (primary >= 0 && _servers[primary].State is { } of)
            Mark_NeedsLock(new Mark(of.Position, of.ObservedAt));
    }

    private bool IsOfThisHistory_NeedsLock(in PostgresServerState state) =>
        state.SystemIdentifier == _cluster && (state.Timeline >= _timeline || (state.InRecovery && state.Timeline == 0));

    private void Mark_NeedsLock(Mark mark)
    {
        // Sixteen of them cover the allowed lag twice.
        if (_newest.At != 0 && _time.GetElapsedTime(_newest.At, mark.At) < _maxLag / (MarksKept / 2))
            return;
        if (_marks.Count == MarksKept)
            _marks.Dequeue();
        _marks.Enqueue(mark);
        _newest = mark;
    }

    /// <summary>
    /// Where the primary was at the oldest time that is still recent enough: a replica that has got there is not older than the allowed lag. Null when
    /// nothing recent is known of the primary; then nobody can tell, and the primary is asked itself.
    /// </summary>
    private NpgsqlLogSequenceNumber? Floor_NeedsLock(long now)
    {
        foreach (var mark in _marks)
            if (_time.GetElapsedTime(mark.At, now) <= _maxLag)
                return mark.Position;
        return null;
    }

    private readonly record struct Mark(NpgsqlLogSequenceNumber Position, long At);
}
