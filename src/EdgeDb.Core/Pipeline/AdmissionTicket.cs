namespace EdgeDb.Core.Pipeline;

/// <summary>A place in the <see cref="AdmissionGate"/>, which alone changes it, under its lock.</summary>
internal sealed class AdmissionTicket
{
    private readonly TaskCompletionSource? _turn;

    internal AdmissionTicket(RequestPriority priority, bool waits)
    {
        Priority = priority;
        IsAdmitted = !waits;
        if (!waits)
            return;
        _turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Node = new(this);
    }

    /// <summary>Completes when it is let in; fails with <see cref="OverloadedException"/> when it is turned away.</summary>
    public Task Admission => _turn?.Task ?? Task.CompletedTask;

    internal RequestPriority Priority { get; set; }

    internal bool IsAdmitted { get; private set; }

    /// <summary>Where it waits; null when it does not.</summary>
    internal LinkedListNode<AdmissionTicket>? Node { get; set; }

    internal void Admit()
    {
        IsAdmitted = true;
        _turn!.SetResult();
    }

    internal void Refuse() => _turn!.SetException(new OverloadedException());
}
