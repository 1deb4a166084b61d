using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using EdgeDb.Core.Certificates;
using EdgeDb.Core.Security;
using EdgeDb.Core.Tests.Security;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EdgeDb.Core.Tests.Certificates;

/// <summary>A household's certificates in a folder of their own, on a machine whose clock and addresses a test decides.</summary>
internal sealed class TemporaryCertificates : IAsyncDisposable, ILogger
{
    private readonly TemporaryKeys _keys;

    private TemporaryCertificates(TemporaryKeys keys)
    {
        _keys = keys;
        Local = Open();
    }

    public string Folder => Path.Combine(_keys.Folder, "tls");

    public string AuthorityFile => LocalCertificates.AuthorityPath(Folder);

    public string ServerFile => LocalCertificates.ServerPath(Folder);

    public string MasterFile => _keys.MasterFile;

    public ManualTimeProvider Time => _keys.Time;

    public LocalCertificates Local { get; private set; }

    public List<string> Given { get; } = [];

    public List<string> Addresses { get; } = ["192.168.178.20", "fd00::20"];

    /// <summary>How often the machine's interfaces were looked at.</summary>
    public int Looks { get; private set; }

    public ConcurrentQueue<string> Log { get; } = [];

    public static async Task<TemporaryCertificates> StartAsync() => new(await TemporaryKeys.StartAsync());

    /// <summary>As after a restart: nothing is known but what is stored.</summary>
    public async Task RestartAsync()
    {
        await _keys.ReopenAsync();
        Local.Dispose();
        Local = Open();
    }

    public async Task<X509Certificate2> ShownAsync(string? reached = null) =>
        (await Local.CurrentAsync(reached is null ? null : IPAddress.Parse(reached), TestContext.Current.CancellationToken)).TargetCertificate;

    /// <summary>Replaces the data keys, as the service does in the background. Returns how many values did not open.</summary>
    public async Task<int> RotateKeysAsync()
    {
        var rotation = new KeyRotation(_keys.Ring, _keys.Database, TimeSpan.Zero, Time, this);
        await rotation.BeginAsync(TestContext.Current.CancellationToken);
        Assert.Null(await rotation.ContinueAsync(TestContext.Current.CancellationToken));
        return rotation.Broken;
    }

    public Task<X509Certificate2> AuthorityAsync() => Local.AuthorityAsync(TestContext.Current.CancellationToken).AsTask();

    /// <summary>What a client that trusts <paramref name="authority"/> thinks of a certificate; empty when it is content.</summary>
    public static string Verdict(X509Certificate2 authority, X509Certificate2 certificate, DateTimeOffset at, X509Certificate2? between = null)
    {
        using var chain = new X509Chain
        {
            ChainPolicy =
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                VerificationTime = at.UtcDateTime,
                CustomTrustStore = { authority },
            },
        };
        if (between is not null)
            chain.ChainPolicy.ExtraStore.Add(between);
        return chain.Build(certificate) ? "" : string.Join(", ", chain.ChainStatus.Select(static s => s.Status));
    }

    public ValueTask DisposeAsync()
    {
        Local.Dispose();
        return _keys.DisposeAsync();
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Log.Enqueue($"{logLevel}: {formatter(state, exception)}");

    private LocalCertificates Open()
    {
        var (authority, server) = LocalCertificates.Files(Folder);
        _keys.Ring.Add(authority);
        _keys.Ring.Add(server);
        return new(Folder, _keys.Ring, Names, Time, this);
    }

    private ServerNames Names()
    {
        Looks++;
        return ServerNames.Of("pi", Given, Addresses.Select(IPAddress.Parse));
    }
}
