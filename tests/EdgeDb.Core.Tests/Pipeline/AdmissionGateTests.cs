using EdgeDb.Core.Pipeline;
using Xunit;

namespace EdgeDb.Core.Tests.Pipeline;

public sealed class AdmissionGateTests
{
    [Fact]
    public void Who_matters_more_is_let_in_first_and_among_equals_who_came_first()
    {
        var gate = Gate(capacity: 1, queue: 10);
        var running = gate.Enter(RequestPriority.Normal);
        var background = gate.Enter(RequestPriority.Background);
        var (first, second) = (gate.Enter(RequestPriority.Normal), gate.Enter(RequestPriority.Normal));
        var urgent = gate.Enter(RequestPriority.Urgent);
        Assert.True(running.Admission.IsCompletedSuccessfully);

        foreach (var next in new[] { urgent, first, second, background })
        {
            Assert.False(next.Admission.IsCompleted);
            gate.Leave(running);
            Assert.True(next.Admission.IsCompletedSuccessfully);
            running = next;
        }

        gate.Leave(running);
        Assert.Equal((0, 0), (gate.Running, gate.Waiting));
    }

    [Fact]
    public void When_too_many_wait_the_newest_of_the_lowest_priority_is_turned_away()
    {
        var gate = Gate(capacity: 1, queue: 2);
        var running = gate.Enter(RequestPriority.Normal);
        var (older, newer) = (gate.Enter(RequestPriority.Prefetch), gate.Enter(RequestPriority.Prefetch));

        var normal = gate.Enter(RequestPriority.Normal);
        Assert.IsType<OverloadedException>(newer.Admission.Exception!.InnerException);
        Assert.False(older.Admission.IsCompleted);

        // One that matters less than all who wait is itself the one.
        Assert.IsType<OverloadedException>(gate.Enter(RequestPriority.Background).Admission.Exception!.InnerException);
        Assert.Equal((2, 2L), (gate.Waiting, gate.TurnedAway));

        gate.Leave(newer);
        gate.Leave(running);
        Assert.True(normal.Admission.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_place_that_is_given_up_while_waiting_lets_nobody_in()
    {
        var gate = Gate(capacity: 1, queue: 10);
        var running = gate.Enter(RequestPriority.Normal);
        var (gone, stays) = (gate.Enter(RequestPriority.Normal), gate.Enter(RequestPriority.Normal));

        gate.Leave(gone);
        Assert.False(stays.Admission.IsCompleted);
        gate.Leave(running);
        Assert.True(stays.Admission.IsCompletedSuccessfully);
        Assert.False(gone.Admission.IsCompleted);
    }

    [Fact]
    public void A_refresh_that_somebody_waits_for_now_is_raised()
    {
        var gate = Gate(capacity: 1, queue: 10);
        var running = gate.Enter(RequestPriority.Normal);
        var refresh = gate.Enter(RequestPriority.Background);
        var normal = gate.Enter(RequestPriority.Normal);

        gate.Raise(refresh, RequestPriority.Urgent);
        gate.Leave(running);
        Assert.True(refresh.Admission.IsCompletedSuccessfully);
        Assert.False(normal.Admission.IsCompleted);
    }

    [Fact]
    public void A_smaller_capacity_holds_as_those_inside_leave()
    {
        var settings = PipelineTestSettings.Live() ;
        settings.Set(settings.Current with { RequestConcurrency = 2 });
        var gate = new AdmissionGate(settings);
        var (first, second) = (gate.Enter(RequestPriority.Normal), gate.Enter(RequestPriority.Normal));
        var waiting = gate.Enter(RequestPriority.Normal);

        settings.Set(settings.Current with { RequestConcurrency = 1 });
        gate.Leave(first);
        Assert.False(waiting.Admission.IsCompleted);
        gate.Leave(second);
        Assert.True(waiting.Admission.IsCompletedSuccessfully);
    }

    private static AdmissionGate Gate(int capacity, int queue)
    {
        var settings = PipelineTestSettings.Live();
        settings.Set(settings.Current with { RequestConcurrency = capacity, RequestQueue = queue });
        return new(settings);
    }
}
