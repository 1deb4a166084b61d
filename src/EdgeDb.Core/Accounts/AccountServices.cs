using System.Globalization;
using EdgeDb.Core.Access;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Accounts;

/// <summary>Accounts, sessions and tokens over one database, put together in one place.</summary>
internal sealed partial class AccountServices : IAsyncDisposable
{
    private const string ClockSetting = "accounts.clock";

    private readonly SqliteDatabase _database;
    private readonly ILogger _logger;

    private AccountServices(
        SqliteDatabase database, KeyRing keys, string household, string dataFolder, Func<TimeOnly> timeOfDay, TimeProvider time, ILoggerFactory loggers)
    {
        _database = database;
        _logger = loggers.CreateLogger<AccountServices>();
        var clock = Clock = new AccountClock(time);
        var watch = new PrincipalWatch();
        Accounts = new(database, keys, clock, time);
        Sessions = new(database, Accounts, clock, watch, time, loggers.CreateLogger<Sessions>());
        Tokens = new(database, Accounts, clock, watch, time, loggers.CreateLogger<ApiTokens>());
        SigningKeys = new(database, keys, clock, time);
        AccessTokens = new(SigningKeys, household, Sessions, Tokens, clock);
        Authenticator = new(Accounts, Sessions, Tokens, AccessTokens, watch, timeOfDay);
        Hasher = new(Argon2Cost.Standard);
        SignIn = new(Accounts, Sessions, Hasher, new(time), timeOfDay);
        Pairings = new(time);
        Enrolments = new(time);
        SetupCode = new(dataFolder);
        Accounts.Changed += () =>
        {
            if (!Accounts.IsClaimed)
                return;
            watch.End(Principal.Anybody);
            SetupCode.Remove();
        };
        SignIn.Happened += Tell;
        Sessions.Stolen += session => Tell(new(
            AccountEventKind.SessionStolen, session.AccountId, Accounts.All.GetValueOrDefault(session.AccountId ?? "")?.Name ?? "device", "", session.Agent));
    }

    /// <summary>Raised for what somebody may want to know of later, on the thread of the request. A handler returns at once.</summary>
    public event Action<AccountEvent>? Happened;

    public AccountClock Clock { get; }

    public AccountStore Accounts { get; }

    public Sessions Sessions { get; }

    public ApiTokens Tokens { get; }

    public SigningKeyRing SigningKeys { get; }

    public AccessTokens AccessTokens { get; }

    public Authenticator Authenticator { get; }

    public PasswordHasher Hasher { get; }

    public SignInService SignIn { get; }

    public Pairings Pairings { get; }

    public Enrolments Enrolments { get; }

    public SetupCode SetupCode { get; }

    /// <summary>Reads everything that is asked for by requests.</summary>
    /// <param name="database">The household's file.</param>
    /// <param name="keys">Seals second factors and signing keys.</param>
    /// <param name="household">Id of the household, the audience of its access tokens.</param>
    /// <param name="dataFolder">Holds the set-up code.</param>
    /// <param name="timeOfDay">The time of day in the household's zone.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">For what could not be stored.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<AccountServices> OpenAsync(
        SqliteDatabase database, KeyRing keys, string household, string dataFolder, Func<TimeOnly> timeOfDay, TimeProvider time, ILoggerFactory loggers, CancellationToken ct)
    {
        var services = new AccountServices(database, keys, household, dataFolder, timeOfDay, time, loggers);
        // First: what the others read is judged by it.
        services.Clock.AtLeast(await database.ReadAsync(0, static (session, _) => ReadClock(session), ct).ConfigureAwait(false));
        await services.Accounts.LoadAsync(ct).ConfigureAwait(false);
        await services.Sessions.LoadAsync(ct).ConfigureAwait(false);
        await services.Tokens.LoadAsync(ct).ConfigureAwait(false);
        await services.SigningKeys.LoadAsync(ct).ConfigureAwait(false);
        database.Committed += services.NoteCommit;
        // Nobody waits for it: a disk that is full keeps no service from starting.
        _ = services.StoreClockAsync();
        return services;
    }

    /// <summary>Tells of something that happened.</summary>
    public void Tell(AccountEvent happened) => Happened?.Invoke(happened);

    /// <summary>Stores what is left to be stored. Before the database is closed.</summary>
    public async ValueTask DisposeAsync()
    {
        _database.Committed -= NoteCommit;
        await Sessions.DisposeAsync().ConfigureAwait(false);
        await Tokens.DisposeAsync().ConfigureAwait(false);
        await StoreClockAsync().ConfigureAwait(false);
        SigningKeys.Dispose();
        Hasher.Dispose();
        Accounts.Dispose();
    }

    // A session that has expired is removed, and with it the latest time that is known: on a clock that was set back afterwards, a token of its time would hold again.
    private async Task StoreClockAsync()
    {
        if (!Accounts.IsClaimed)
            return;
        try
        {
            await _database.WriteAsync(
                Clock.Now,
                static (session, now) => SettingRows.Write(session, ClockSetting, now.ToString(CultureInfo.InvariantCulture)),
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is StorageException or ObjectDisposedException)
        {
            LogClockNotKept(_logger, failure.Message);
        }
    }

    private static long ReadClock(SqliteSession session) =>
        long.TryParse(SettingRows.Read(session, ClockSetting), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;

    // A member who is gone is nobody's any more. Accounts do not know the household, so its topic is named here.
    private void NoteCommit(StorageCommit commit)
    {
        if (commit.Topics.Contains("members"))
            _ = Task.Run(ReloadAsync);
    }

    private async Task ReloadAsync()
    {
        try
        {
            await Accounts.LoadAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is StorageException or ObjectDisposedException)
        {
            LogNotRead(_logger, failure.Message);
        }
    }

    [LoggerMessage(EventId = 4004, Level = LogLevel.Warning, Message = "The time by which sessions and tokens expire was not kept: {Reason}")]
    private static partial void LogClockNotKept(ILogger logger, string reason);

    [LoggerMessage(EventId = 4003, Level = LogLevel.Warning, Message = "Accounts could not be read anew after members changed: {Reason}")]
    private static partial void LogNotRead(ILogger logger, string reason);
}
