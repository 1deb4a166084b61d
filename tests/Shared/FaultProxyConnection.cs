using System.Buffers;
using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace EdgeDb.Tests;

#pragma warning disable CA1001 // A reset may come at any time, so the source is not disposed; it holds nothing that needs it.
/// <summary>One connection through a <see cref="FaultProxy"/>: a delay line in each direction, and an end that is passed on as it came.</summary>
internal sealed class FaultProxyConnection(FaultProxy proxy, Socket client, Socket server)
#pragma warning restore CA1001
{
    private const int MostPieceBytes = 16 * 1024;

    /// <summary>16 MB of whole pieces on their way, then the sender has to wait as for a full TCP window.</summary>
    private const int MostPieces = 1024;

    private readonly CancellationTokenSource _ended = new();
    private int _answered = 1;

    /// <summary>Passes bytes until both sides have closed or one of them broke.</summary>
    public async Task RunAsync()
    {
        try
        {
            await Task.WhenAll(PassAsync(client, server, proxy.ToServer, fromClient: true), PassAsync(server, client, proxy.ToClient, fromClient: false));
            client.Dispose();
            server.Dispose();
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            Reset();
        }
    }

    /// <summary>Cuts it: both sides get a RST and lose what was on its way.</summary>
    public void Reset()
    {
        _ended.Cancel();
        client.Close(0);
        server.Close(0);
    }

    private async Task PassAsync(Socket from, Socket to, FaultProxyDirection direction, bool fromClient)
    {
        var line = Channel.CreateBounded<Piece>(new BoundedChannelOptions(MostPieces) { SingleReader = true, SingleWriter = true });
        var delivering = DeliverAsync(line.Reader, to, direction);
        var buffer = ArrayPool<byte>.Shared.Rent(MostPieceBytes);
        try
        {
            long freeAt = 0;
            Piece? before = null;
            while (await from.ReceiveAsync(buffer.AsMemory(0, direction.PieceBytes(MostPieceBytes)), _ended.Token) is > 0 and var read)
            {
                if (fromClient && Interlocked.Exchange(ref _answered, 0) == 1)
                    proxy.CountTurn();
                if (fromClient && proxy.NextIsFaulty())
                {
                    if (proxy.Fault == ProxyFault.Reset)
                        throw new SocketException((int)SocketError.ConnectionReset);
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _ended.Token);
                }

                var due = direction.Arrival(read, ref freeAt);
                if (due == 0 && (before is null || before.IsDelivered) && direction.Passable.IsCompleted)
                {
                    // The way without a delay: no copy, no change of thread.
                    await SendAsync(to, buffer.AsMemory(0, read));
                    continue;
                }
                // The line keeps the order: a piece that is due before its predecessor, by jitter or a change of the latency, goes right after it.
                before = new Piece(buffer.AsSpan(0, read), due);
                await line.Writer.WriteAsync(before, _ended.Token);
            }
            line.Writer.Complete();
            await delivering;
            if (direction.CloseDelay > TimeSpan.Zero)
                await FaultProxyClock.Shared.WaitUntilAsync(After(direction.CloseDelay)).WaitAsync(_ended.Token);
            await direction.Passable.WaitAsync(_ended.Token);
            to.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            // The other direction must not go on alone; whoever waits for the rest hears of it by the reset.
            Reset();
            // Has an end now too, and its failure an observer.
            await delivering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task DeliverAsync(ChannelReader<Piece> line, Socket to, FaultProxyDirection direction)
    {
        try
        {
            await foreach (var piece in line.ReadAllAsync(_ended.Token))
            {
                if (piece.Due > Stopwatch.GetTimestamp())
                    await FaultProxyClock.Shared.WaitUntilAsync(piece.Due).WaitAsync(_ended.Token);
                while (direction.Passable is { IsCompleted: false } blackhole)
                    await blackhole.WaitAsync(_ended.Token);
                await SendAsync(to, piece.Bytes);
                piece.IsDelivered = true;
            }
        }
        catch
        {
            // The receiving loop would wait for its peer for ever.
            Reset();
            throw;
        }
    }

    private async ValueTask SendAsync(Socket to, ReadOnlyMemory<byte> bytes)
    {
        // Before the client can have got it.
        if (to == client)
            Volatile.Write(ref _answered, 1);
        while (!bytes.IsEmpty)
            bytes = bytes[await to.SendAsync(bytes, _ended.Token)..];
    }

    private static long After(TimeSpan delay) => Stopwatch.GetTimestamp() + (long)(delay.TotalSeconds * Stopwatch.Frequency);

    private sealed class Piece(ReadOnlySpan<byte> bytes, long due)
    {
        public byte[] Bytes { get; } = bytes.ToArray();

        public long Due { get; } = due;

        public volatile bool IsDelivered;
    }
}
