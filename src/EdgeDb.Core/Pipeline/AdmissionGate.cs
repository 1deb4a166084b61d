using EdgeDb.Core.Settings;

namespace EdgeDb.Core.Pipeline;

/// <summary>
/// Lets so many answers be made at once as there are readers to make them, and chooses who is next: higher priority first, then who has waited longest.
/// When too many wait, the newest of the lowest priority is turned away: it has the least to lose.
/// </summary>
internal sealed class AdmissionGate
{
    private static readonly int Priorities = Enum.GetValues<RequestPriority>().Length;

    private readonly Lock _gate = new();
    private readonly LinkedList<AdmissionTicket>[] _waiting = new LinkedList<AdmissionTicket>[Priorities];
    private readonly Live<PipelineSettings> _settings;
    private int _running;
    private int _waitingCount;
    private long _turnedAway;

    /// <param name="settings">How many at once, and how many may wait; a change holds for those who come after it.</param>
    public AdmissionGate(Live<PipelineSettings> settings)
    {
        _settings = settings;
        for (var i = 0; i < Priorities; i++)
            _waiting[i] = new();
    }

    /// <summary>Now let in.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Now waiting.</summary>
    public int Waiting => Volatile.Read(ref _waitingCount);

    /// <summary>Turned away since the start.</summary>
    public long TurnedAway => Volatile.Read(ref _turnedAway);

    /// <summary>Waits to be let in. Each ticket that was let in must be given back by <see cref="Leave"/>.</summary>
    public AdmissionTicket Enter(RequestPriority priority)
    {
        lock (_gate)
        {
            var ticket = new AdmissionTicket(priority, waits: _running >= _settings.Current.RequestConcurrency);
            if (ticket.IsAdmitted)
            {
                _running++;
                return ticket;
            }

            _waiting[(int)priority].AddLast(ticket.Node!);
            if (++_waitingCount > _settings.Current.RequestQueue)
            {
                var loser = Lowest();
                Remove(loser);
                _turnedAway++;
                loser.Refuse();
            }

            return ticket;
        }
    }

    /// <summary>Somebody who matters more waits for the same; nothing happens to one that is let in already.</summary>
    public void Raise(AdmissionTicket ticket, RequestPriority priority)
    {
        lock (_gate)
        {
            if (ticket.Node is null || ticket.Priority >= priority)
                return;
            _waiting[(int)ticket.Priority].Remove(ticket.Node);
            ticket.Priority = priority;
            _waiting[(int)priority].AddLast(ticket.Node);
        }
    }

    /// <summary>Gives a ticket up: after the work, or instead of waiting longer.</summary>
    public void Leave(AdmissionTicket ticket)
    {
        lock (_gate)
        {
            if (ticket.Node is not null)
            {
                Remove(ticket);
                return;
            }

            if (!ticket.IsAdmitted)
                return; // It was turned away.
            AdmissionTicket? next = null;
            for (var priority = Priorities - 1; priority >= 0 && next is null; priority--)
                next = _waiting[priority].First?.Value;
            if (next is null || _running > _settings.Current.RequestConcurrency)
            {
                _running--;
                return;
            }

            Remove(next);
            next.Admit();
        }
    }

    private AdmissionTicket Lowest()
    {
        foreach (var waiting in _waiting)
            if (waiting.Last is { } last)
                return last.Value;
        throw new InvalidOperationException("More wait than are known to.");
    }

    private void Remove(AdmissionTicket ticket)
    {
        _waiting[(int)ticket.Priority].Remove(ticket.Node!);
        ticket.Node = null;
        _waitingCount--;
    }
}
