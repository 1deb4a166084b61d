using EdgeDb.Tests;

namespace EdgeDb.Benchmarks.Soak;

/// <summary>Something that goes wrong for a while.</summary>
/// <param name="Name">In the report.</param>
/// <param name="Target">Who is hit.</param>
/// <param name="BeginAsync">Begins it.</param>
/// <param name="EndAsync">Ends it; the target could answer when it returns.</param>
internal sealed record SoakFault(string Name, SoakTarget Target, Func<Task> BeginAsync, Func<Task> EndAsync)
{
    /// <summary>Every fault of the soak: each bad network in front of each server, and servers that end and come back.</summary>
    public static List<SoakFault> All(Upstreams servers, SoakTarget postgres, SoakTarget redis, FaultProxy primary, FaultProxy replica, FaultProxy cache) =>
    [
        .. Network("primary", postgres, primary),
        .. Network("replica", postgres, replica),
        .. Network("redis", redis, cache),
        new("primary killed", postgres, servers.KillPrimaryAsync, servers.StartPrimaryAsync),
        new("replica killed", postgres, servers.KillReplicaAsync, servers.StartReplicaAsync),
        new("redis killed", redis, async () =>
        {
            redis.ChangeLife();
            await servers.StopRedisAsync();
        }, async () =>
        {
            await servers.StartRedisAsync();
            redis.ChangeLife();
        }),
    ];

    private static IEnumerable<SoakFault> Network(string server, SoakTarget target, FaultProxy proxy)
    {
        yield return Simple("slow", () => proxy.SetRoundTrip(TimeSpan.FromMilliseconds(80)), () => proxy.SetRoundTrip(TimeSpan.Zero));
        yield return Simple("jittery", () => SetJitter(TimeSpan.FromMilliseconds(120)), () => SetJitter(TimeSpan.Zero));
        yield return Simple("narrow", () => SetBandwidth(20_000), () => SetBandwidth(0));
        yield return Simple("reset now and then", () => (proxy.Fault, proxy.FaultRate) = (ProxyFault.Reset, 0.05), () => proxy.FaultRate = 0);
        yield return Simple("falling silent now and then", () => (proxy.Fault, proxy.FaultRate) = (ProxyFault.Stall, 0.02), () =>
        {
            proxy.FaultRate = 0;
            // Those that fell silent stay so; the box in between is restarted.
            proxy.ResetConnections();
        });
        yield return Simple("cable pulled", () => proxy.SetBlackhole(true), () => proxy.SetBlackhole(false));
        yield return Simple("host hanging", () => Admit(ProxyAdmission.HalfOpen), () => Admit(ProxyAdmission.Forward));
        yield return Simple("refusing", () => Admit(ProxyAdmission.Refuse), () => Admit(ProxyAdmission.Forward));
        yield return Simple("resetting everybody", () => Admit(ProxyAdmission.Reset), () => Admit(ProxyAdmission.Forward));
        yield return Simple("closing slowly", () => SetCloseDelay(TimeSpan.FromSeconds(1)), () => SetCloseDelay(TimeSpan.Zero));

        SoakFault Simple(string name, Action begin, Action end) => new(
            $"{server} {name}",
            target,
            () =>
            {
                begin();
                return Task.CompletedTask;
            },
            () =>
            {
                end();
                return Task.CompletedTask;
            });

        void SetJitter(TimeSpan jitter) => proxy.ToServer.Jitter = proxy.ToClient.Jitter = jitter;

        void SetBandwidth(long bytesPerSecond) => proxy.ToServer.BytesPerSecond = proxy.ToClient.BytesPerSecond = bytesPerSecond;

        void SetCloseDelay(TimeSpan delay)
        {
            proxy.ToServer.CloseDelay = proxy.ToClient.CloseDelay = delay;
            // Gives it something to close.
            proxy.FaultRate = delay > TimeSpan.Zero ? 0.02 : 0;
            proxy.Fault = ProxyFault.Reset;
        }

        void Admit(ProxyAdmission admission)
        {
            proxy.Admission = admission;
            proxy.ResetConnections();
        }
    }
}
