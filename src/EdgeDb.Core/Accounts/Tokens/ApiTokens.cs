using System.Buffers.Text;
using System.Security.Cryptography;
using EdgeDb.Core.Access;
using EdgeDb.Core.Storage;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Accounts;

/// <summary>
/// Tokens for programs: <c>edb_ID_SECRET</c>, with 256 random bits, kept as a hash. All are in memory, so a check costs no SQL and removing one holds at once. The prefix
/// makes one that was published by mistake easy to find.
/// </summary>
internal sealed partial class ApiTokens : IAsyncDisposable
{
    /// <summary>What each begins with.</summary>
    public const string Prefix = "edb_";

    /// <summary>Tokens of a household.</summary>
    public const int Most = 100;

    private const int IdCharacters = 32;
    private const int SecretBytes = 32;
    private const int SecretCharacters = 43;
    private const int Characters = 4 + IdCharacters + 1 + SecretCharacters;

    private readonly SqliteDatabase _database;
    private readonly AccountStore _accounts;
    private readonly AccountClock _clock;
    private readonly PrincipalWatch _watch;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _changes = new(1);
    private readonly ITimer _timer;
    private Dictionary<Guid, ApiToken> _tokens = [];

    public ApiTokens(SqliteDatabase database, AccountStore accounts, AccountClock clock, PrincipalWatch watch, TimeProvider time, ILogger logger)
    {
        (_database, _accounts, _clock, _watch, _time, _logger) = (database, accounts, clock, watch, time, logger);
        accounts.Changed += Refresh;
        _timer = time.CreateTimer(static tokens => _ = ((ApiTokens)tokens!).StoreUsesAsync(), this, Sessions.StoreEvery, Sessions.StoreEvery);
    }

    /// <summary>All, by id.</summary>
    public IReadOnlyList<ApiToken> All => [.. Volatile.Read(ref _tokens).Values.OrderBy(static token => token.Id, StringComparer.Ordinal)];

    /// <summary>What a token of theirs can have: never more than a service may have, nor more than whoever made it has now.</summary>
    public static AccessRights MostOf(Account maker) =>
        (AccessPolicy.Rights(Role.Service) | AccessPolicy.OwnRights(Role.Service)) & (AccessPolicy.Rights(maker.Role) | AccessPolicy.OwnRights(maker.Role));

    /// <summary>Reads them from the file, after the accounts.</summary>
    public async Task LoadAsync(CancellationToken ct)
    {
        var tokens = await _database.ReadAsync(
            0,
            static (session, nothing) =>
            {
                var found = new Dictionary<Guid, ApiToken>();
                var rows = session.Prepare("SELECT id, account_id, name, hash, scopes, created_at, expires_at, seen_at FROM api_token");
                while (rows.Step())
                {
                    // A scope of a newer version gives nothing here; the others hold.
                    _ = AccessRights.TryParse(rows.Text(4)!, out var scopes, out _);
                    var token = new ApiToken(
                        rows.Text(0)!, rows.Text(1)!, rows.Text(2)!, rows.Blob(3).ToArray(), scopes, rows.Int64(5), rows.NullableInt64(6), rows.NullableInt64(7));
                    found.Add(Guid.ParseExact(token.Id, "D"), token);
                }

                return found;
            },
            ct).ConfigureAwait(false);
        foreach (var token in tokens.Values)
            _clock.AtLeast(Math.Max(token.CreatedAt, token.SeenAt));
        Volatile.Write(ref _tokens, tokens);
        Refresh();
    }

    /// <summary>The token of this text, when it holds. Allocates nothing but for a token that was not seen before.</summary>
    public ApiToken? Find(ReadOnlySpan<char> text)
    {
        if (text.Length != Characters || !text.StartsWith(Prefix, StringComparison.Ordinal) || text[Prefix.Length + IdCharacters] != '_'
            || !Guid.TryParseExact(text.Slice(Prefix.Length, IdCharacters), "N", out var id)
            || !Volatile.Read(ref _tokens).TryGetValue(id, out var token))
            return null;
        Span<byte> secret = stackalloc byte[SecretBytes];
        var encoded = text[(Prefix.Length + IdCharacters + 1)..];
        if (!Base64Url.IsValid(encoded) || !Base64Url.TryDecodeFromChars(encoded, secret, out var length) || length != SecretBytes || !IsSecretOf(token, secret))
            return null;
        return Usable(token);
    }

    /// <summary>The token of this id, when it holds.</summary>
    public ApiToken? FindById(string id) =>
        Guid.TryParseExact(id, "D", out var key) && Volatile.Read(ref _tokens).TryGetValue(key, out var token) ? Usable(token) : null;

    /// <summary>Makes a token and returns its text, which cannot be read again. Throws <see cref="AccountException"/> when it would be given more than its maker has.</summary>
    /// <param name="maker">Whose it is.</param>
    /// <param name="name">Name.</param>
    /// <param name="scopes">What it may do.</param>
    /// <param name="lifetime">For how long; null: until it is removed.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<(ApiToken Token, string Text)> AddAsync(Account maker, string name, AccessRights scopes, TimeSpan? lifetime, CancellationToken ct)
    {
        if (scopes == AccessRights.None)
            throw AccountException.Bad("scopes", "'scopes' must name at least one right, such as events:read.");
        if (!scopes.IsWithin(MostOf(maker)))
            throw AccountException.Bad("scopes", $"'scopes' asks for more than a token of this account can have; that is: {MostOf(maker)}.");
        if (lifetime is { } span && (span < TimeSpan.FromMinutes(1) || span > TimeSpan.FromDays(3660)))
            throw AccountException.Bad("expiresInDays", "A token holds from a minute to ten years.");
        var secret = RandomNumberGenerator.GetBytes(SecretBytes);
        var id = Guid.CreateVersion7(_time.GetUtcNow());
        var now = _clock.Now;
        var token = new ApiToken(
            id.ToString(), maker.Id, AccountRules.Name(name), SHA256.HashData(secret), scopes, now, now + (long?)lifetime?.TotalSeconds, null) { Known = secret };
        await _changes.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await _database.WriteAsync(
                token,
                static (session, token) =>
                {
                    var count = session.Prepare("SELECT count(*) FROM api_token");
                    if (count.Step() && count.Int64(0) >= Most)
                        throw new AccountException(AccountError.LimitReached, $"A household has at most {Most} tokens.");
                    session.Prepare("INSERT INTO api_token (id, account_id, name, hash, scopes, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
                        .Bind(1, token.Id).Bind(2, token.AccountId).Bind(3, token.Name).BindBlob(4, token.Hash).Bind(5, token.Scopes.ToString())
                        .Bind(6, token.CreatedAt).Bind(7, token.ExpiresAt).Execute();
                    return true;
                },
                ct).ConfigureAwait(false);
            Volatile.Write(ref _tokens, new(_tokens) { [id] = token });
            Refresh(token);
        }
        finally
        {
            _changes.Release();
        }

        return (token, $"{Prefix}{id:N}_{Base64Url.EncodeToString(secret)}");
    }

    /// <summary>Removes a token, at once. Throws <see cref="AccountException"/> when there is none.</summary>
    public async Task RemoveAsync(string id, CancellationToken ct)
    {
        await _changes.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (!Guid.TryParseExact(id, "D", out var key) || !_tokens.TryGetValue(key, out var token))
                throw AccountException.Missing("token");
            Drop(key, token);
            await _database.WriteAsync(id, static (session, id) => session.Prepare("DELETE FROM api_token WHERE id = ?1").Bind(1, id).Execute(), ct).ConfigureAwait(false);
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Stores what is left.</summary>
    public async ValueTask DisposeAsync()
    {
        _accounts.Changed -= Refresh;
        await _timer.DisposeAsync().ConfigureAwait(false);
        await StoreUsesAsync().ConfigureAwait(false);
        _changes.Dispose();
    }

    private static bool IsSecretOf(ApiToken token, ReadOnlySpan<byte> secret)
    {
        if (token.Known is { } known)
            return CryptographicOperations.FixedTimeEquals(known, secret);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(secret, hash);
        if (!CryptographicOperations.FixedTimeEquals(token.Hash, hash))
            return false;
        token.Known = secret.ToArray();
        return true;
    }

    private ApiToken? Usable(ApiToken token)
    {
        var now = _clock.Now;
        if (token.Principal is null || token.ExpiresAt <= now)
            return null;
        if (token.SeenAt < now)
            token.SeenAt = now;
        return token;
    }

    private void Refresh()
    {
        foreach (var token in Volatile.Read(ref _tokens).Values)
            Refresh(token);
    }

    private void Refresh(ApiToken token)
    {
        var before = token.Principal;
        if (!_accounts.All.TryGetValue(token.AccountId, out var maker))
        {
            Drop(Guid.ParseExact(token.Id, "D"), token);
            return;
        }

        var scopes = maker.IsDisabled ? AccessRights.None : token.Scopes & MostOf(maker);
        var after = scopes == AccessRights.None ? null : new Principal(Role.Service, null, null, token.Id, token.Name, scopes);
        if (before is not null && after is not null && before.Rights == after.Rights && before.OwnRights == after.OwnRights)
            return;
        token.Principal = after;
        if (before is not null)
            _watch.End(before);
    }

    private void Drop(Guid key, ApiToken token)
    {
        var principal = token.Principal;
        token.Principal = null;
        var rest = new Dictionary<Guid, ApiToken>(Volatile.Read(ref _tokens));
        rest.Remove(key);
        Volatile.Write(ref _tokens, rest);
        if (principal is not null)
            _watch.End(principal);
    }

    private async Task StoreUsesAsync()
    {
        var used = Volatile.Read(ref _tokens).Values.Where(static token => token.SeenAt > token.StoredSeenAt).Select(static token => (Token: token, At: token.SeenAt)).ToList();
        if (used.Count == 0)
            return;
        try
        {
            await _database.WriteAsync(
                used,
                static (session, used) =>
                {
                    foreach (var (token, at) in used)
                        session.Prepare("UPDATE api_token SET seen_at = ?2 WHERE id = ?1").Bind(1, token.Id).Bind(2, at).Execute();
                    return true;
                },
                CancellationToken.None).ConfigureAwait(false);
            foreach (var (token, at) in used)
                token.StoredSeenAt = at;
        }
        catch (StorageException failure)
        {
            LogNotStored(_logger, failure.Message);
        }
    }

    [LoggerMessage(EventId = 4002, Level = LogLevel.Warning, Message = "When tokens were used could not be stored and will be again: {Reason}")]
    private static partial void LogNotStored(ILogger logger, string reason);
}
