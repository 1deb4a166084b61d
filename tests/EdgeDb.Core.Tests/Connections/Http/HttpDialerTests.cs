using System.Net;
using System.Net.Sockets;
using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

public sealed class HttpDialerTests
{
    private static readonly IPAddress Six = IPAddress.Parse("2001:db8::6");
    private static readonly IPAddress Seven = IPAddress.Parse("2001:db8::7");
    private static readonly IPAddress Four = IPAddress.Parse("192.0.2.4");

    private readonly ManualTimeProvider _clock = new();
    private readonly Dictionary<IPAddress, TaskCompletionSource<Socket>> _dials = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Families_take_turns_beginning_with_the_one_the_system_prefers() =>
        Assert.Equal([Six, Four, Seven], HttpDialer.Alternate([Six, Seven, Four]));

    [Fact]
    public async Task An_address_that_leads_nowhere_costs_a_head_start_and_not_the_whole_time()
    {
        var dialling = Dial(Six, Four);
        Assert.Equal([Six], _dials.Keys);

        _clock.Advance(TimeSpan.FromMilliseconds(249));
        Assert.Equal([Six], _dials.Keys);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await UntilAsync(() => _dials.Count == 2);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _dials[Four].SetResult(socket);

        Assert.Same(socket, await dialling);
    }

    [Fact]
    public async Task The_first_address_is_still_taken_when_it_answers_after_the_second_was_tried()
    {
        var dialling = Dial(Six, Four);
        _clock.Advance(TimeSpan.FromMilliseconds(250));
        await UntilAsync(() => _dials.Count == 2);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _dials[Six].SetResult(socket);

        Assert.Same(socket, await dialling);
        var late = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _dials[Four].TrySetResult(late);
        await UntilAsync(() => late.SafeHandle.IsClosed || _dials[Four].Task.IsCanceled);
    }

    [Fact]
    public async Task A_refusal_moves_on_at_once_and_the_last_one_is_the_answer()
    {
        var dialling = Dial(Six, Four);
        _dials[Six].SetException(new SocketException((int)SocketError.NetworkUnreachable));
        await UntilAsync(() => _dials.Count == 2);
        _dials[Four].SetException(new SocketException((int)SocketError.ConnectionRefused));

        var failure = await Assert.ThrowsAsync<SocketException>(() => dialling);
        Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
    }

    [Fact]
    public async Task Cancellation_ends_every_attempt()
    {
        using var cancel = new CancellationTokenSource();
        var dialling = HttpDialer.RaceAsync([Six, Four], DialAsync, _clock, cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dialling);
        Assert.True(_dials[Six].Task.IsCanceled);
    }

    private Task<Socket> Dial(params IPAddress[] addresses) => HttpDialer.RaceAsync(addresses, DialAsync, _clock, Ct);

    private Task<Socket> DialAsync(IPAddress address, CancellationToken ct)
    {
        var dial = _dials[address] = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);
        ct.Register(() => dial.TrySetCanceled(ct));
        return dial.Task;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Ct);
    }
}
