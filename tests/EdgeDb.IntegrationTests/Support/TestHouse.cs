using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using EdgeDb.Tests;
using Microsoft.Win32.SafeHandles;

namespace EdgeDb.IntegrationTests;

/// <summary>
/// A house and the world outside of it, as two network namespaces of Linux with a cable between: the world has a public address, which in a test can be had in no other way. Names of the house are in
/// a file of hosts of its own. Needs root.
/// </summary>
internal sealed partial class TestHouse : IAsyncDisposable
{
    /// <summary>A public address, of a server in the world.</summary>
    public static readonly IPAddress Public = IPAddress.Parse("93.184.215.14");

    /// <summary>The router's address in the house.</summary>
    public static readonly IPAddress Router = IPAddress.Parse("192.168.77.2");

    /// <summary>A neighbour's address by IPv6: public by its number, and in the network of the house.</summary>
    public static readonly IPAddress Neighbour = IPAddress.Parse("2a02:810a:77::2");

    private static readonly IPAddress Board = IPAddress.Parse("192.168.77.1");

    private readonly string _name = $"edgedb-{Environment.ProcessId}";

    private string House => _name;

    private string World => _name + "w";

    private string Names => $"/etc/netns/{House}";

    public static async Task<TestHouse> BuildAsync(params (string Name, IPAddress Address)[] names)
    {
        var house = new TestHouse();
        Directory.CreateDirectory(house.Names);
        await File.WriteAllLinesAsync(Path.Combine(house.Names, "hosts"), ["127.0.0.1 localhost", .. names.Select(static name => $"{name.Address} {name.Name}")]);
        foreach (var step in (string[])
        [
            $"netns add {house.House}", $"netns add {house.World}",
            $"-n {house.House} link set lo up", $"-n {house.World} link set lo up",
            $"-n {house.House} link add cable type veth peer name cable netns {house.World}",
            $"-n {house.House} addr add {Board}/24 dev cable", $"-n {house.World} addr add {Router}/24 dev cable",
            $"-n {house.House} addr add 2a02:810a:77::1/64 dev cable nodad", $"-n {house.World} addr add {Neighbour}/64 dev cable nodad",
            $"-n {house.World} addr add {Public}/32 dev lo",
            $"-n {house.House} link set cable up", $"-n {house.World} link set cable up",
            $"-n {house.House} route add default via {Router}",
        ])
        {
            if (await SmallDisk.RunAsync("ip", step.Split(' ')) == 0)
                continue;
            await house.DisposeAsync();
            throw UpstreamsMissingException.Of($"A network of its own needs root on Linux, and iproute2: 'ip {step}' failed.");
        }

        return house;
    }

    /// <summary>Starts a service in the house that listens for it.</summary>
    public Task<ServiceProcess> StartServiceAsync(string dataFolder) =>
        ServiceProcess.StartByAsync(["ip", "netns", "exec", House], dataFolder, [], "--listen", Board.ToString(), "--tls", "off");

    /// <summary>A client that is a program on the board.</summary>
    public HttpClient ClientOf(ServiceProcess service) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (_, ct) =>
        {
            var socket = In(House, static () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            await socket.ConnectAsync(Board, service.Address.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = new($"http://{Board}:{service.Address.Port}") };

    /// <summary>A server in the world, at all of its addresses.</summary>
    public FeedServer Serve(Func<FeedRequest, FeedReply> reply) => new(reply, listener: In(World, Listener));

    /// <summary>A server on the board itself, or anywhere in the house that only the house reaches.</summary>
    public FeedServer ServeInside(Func<FeedRequest, FeedReply> reply) => new(reply, listener: In(House, Listener));

    public async ValueTask DisposeAsync()
    {
        await SmallDisk.RunAsync("ip", "netns", "del", House);
        await SmallDisk.RunAsync("ip", "netns", "del", World);
        if (Directory.Exists(Names))
            Directory.Delete(Names, recursive: true);
    }

    private static TcpListener Listener()
    {
        var listener = new TcpListener(IPAddress.IPv6Any, 0);
        listener.Server.DualMode = true;
        return listener;
    }

    // A socket stays in the namespace in which it was made. The thread is not given back: another test would be made on it.
    private static T In<T>(string name, Func<T> make)
    {
        T? made = default;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle("/run/netns/" + name);
                if (SetNamespace(file, 0) != 0)
                    throw new InvalidOperationException($"The namespace '{name}' cannot be entered.");
                made = make();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? made! : throw failure;
    }

    [LibraryImport("libc", EntryPoint = "setns")]
    private static partial int SetNamespace(SafeFileHandle file, int kind);
}
