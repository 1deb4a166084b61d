using EdgeDb.Core.Settings;
using Xunit;

namespace EdgeDb.Core.Tests.Settings;

public sealed class LiveTests
{
    private sealed record Group(int Size, int Other);

    [Fact]
    public void A_change_is_seen_at_once_and_told_once()
    {
        var live = new Live<Group>(new(1, 2));
        var told = new List<Group>();
        // Who is told already sees the new value.
        live.Changed += group => told.Add(ReferenceEquals(group, live.Current) ? group : new(0, 0));

        live.Set(new(3, 4));
        Assert.Equal(new(3, 4), live.Current);
        live.Set(new(3, 4));
        Assert.Equal([new(3, 4)], told);
    }

    [Fact]
    public async Task Readers_see_values_that_belong_together()
    {
        var live = new Live<Group>(new(0, 0));
        using var stop = new CancellationTokenSource();
        var reader = Task.Run(
            () =>
            {
                do
                {
                    var group = live.Current;
                    Assert.Equal(group.Size, group.Other);
                }
                while (!stop.IsCancellationRequested);
            },
            TestContext.Current.CancellationToken);
        for (var i = 1; i <= 100_000; i++)
            live.Set(new(i, i));
        await stop.CancelAsync();
        await reader;
    }
}
