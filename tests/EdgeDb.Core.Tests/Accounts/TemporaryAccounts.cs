using EdgeDb.Core.Access;
using EdgeDb.Core.Accounts;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Core.Tests.Accounts;

/// <summary>A household's accounts in a folder of its own, with a clock that the test moves.</summary>
internal sealed class TemporaryAccounts : IAsyncDisposable
{
    public const string Household = "0123456789abcdef";

    private readonly TemporaryDatabase _folder = new();
    private ProcessTime _process = null!;

    public ManualTimeProvider Time => _folder.Time;

    public string Folder => _folder.Folder;

    public SqliteDatabase Database { get; private set; } = null!;

    public AccountServices Services { get; private set; } = null!;

    public TimeOnly TimeOfDay { get; set; } = new(12, 0);

    public List<AccountEvent> Events { get; } = [];

    public static async Task<TemporaryAccounts> StartAsync()
    {
        var accounts = new TemporaryAccounts();
        accounts.Database = await accounts._folder.OpenAsync([.. Migrations.Embedded()]);
        await accounts.OpenAsync();
        return accounts;
    }

    /// <summary>As after a restart: nothing is known but what is stored.</summary>
    public async Task RestartAsync()
    {
        await Services.DisposeAsync();
        await OpenAsync();
    }

    /// <summary>As after a power cut: what was to be stored later is lost.</summary>
    public async Task CutAsync()
    {
        // Behind what was handed to the file already, which may still be on its way there.
        await Services.Sessions.RevokeAsync(static _ => false, CancellationToken.None);
        _process.Stop();
        await OpenAsync();
    }

    /// <summary>Lets a long time pass, of which the timers notice a minute only: as on a board that was off.</summary>
    public void Pass(TimeSpan by)
    {
        Time.SetUtcNow(Time.GetUtcNow() + by - TimeSpan.FromMinutes(1));
        Time.Advance(TimeSpan.FromMinutes(1));
    }

    public void StopTimers() => _process.Stop();

    public Task<Account> AddAsync(string name, Role role = Role.Owner, AllowedHours? hours = null) =>
        Services.Accounts.AddAsync(name, role, null, hours, null, claims: false, CancellationToken.None);

    public async Task<string> SignInAsync(string name) =>
        (await Services.Sessions.StartAsync(Services.Accounts.FindByName(name)!, "a browser", null, CancellationToken.None)).Cookie;

    /// <summary>One request: who it comes from, and the cookie that the browser has afterwards.</summary>
    public async Task<(Principal? Who, string Cookie)> RequestAsync(string cookie)
    {
        var who = Services.Authenticator.TryFindCookie(cookie, changes: false, out var session);
        return (who, session is not null && await Services.Sessions.RenewAsync(session, CancellationToken.None) is { } renewed ? renewed : cookie);
    }

    public Principal? Who(string cookie) => Services.Authenticator.TryFindCookie(cookie, changes: false, out _);

    public async ValueTask DisposeAsync()
    {
        await Services.DisposeAsync();
        await _folder.DisposeAsync();
    }

    private async Task OpenAsync()
    {
        _process = new(Time);
        var ring = await KeyRing.OpenAsync(Database, new MasterKey(Path.Combine(Folder, "keys"), credentials: null), Time, CancellationToken.None);
        Services = await AccountServices.OpenAsync(
            Database, ring, Household, Folder, () => TimeOfDay, _process, NullLoggerFactory.Instance, CancellationToken.None);
        Services.Happened += Events.Add;
    }

    /// <summary>The test's clock as one process has it: its timers end with it.</summary>
    private sealed class ProcessTime(ManualTimeProvider time) : TimeProvider
    {
        private readonly List<ITimer> _timers = [];

        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _timers.Add(time.CreateTimer(callback, state, dueTime, period));
            return _timers[^1];
        }

        public void Stop()
        {
            foreach (var timer in _timers)
                timer.Dispose();
        }
    }
}
