using EdgeDb.Core.Access;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Accounts;

/// <summary>
/// The accounts: all of them in memory, as they are few and asked for by every sign-in, and each change in the file first. The last owner who can sign in cannot be removed,
/// disabled or given another role.
/// </summary>
internal sealed class AccountStore(SqliteDatabase database, KeyRing keys, AccountClock clock, TimeProvider time) : IDisposable
{
    /// <summary>Why somebody stays an owner.</summary>
    public const string LastOwner = "This is the last owner who can sign in; make somebody else an owner first.";

    private const string SetTotpSql = "UPDATE account SET totp = ?2, totp_last_step = ?3, version = version + 1 WHERE id = ?1";

    private const string Columns =
        "id, member_id, role, name, password_hash, pin_hash, totp IS NOT NULL, (SELECT count(*) FROM recovery_code WHERE account_id = account.id), hours, disabled, created_at, version, oidc_provider, oidc_subject";

    // One reading at a time: an earlier one that ends later would bring back what has changed since.
    private readonly SemaphoreSlim _loading = new(1);
    private Dictionary<string, Account> _accounts = [];

    // Asked by every request without credentials.
    private bool _isClaimed;

    /// <summary>Raised after accounts have changed, before the caller is answered.</summary>
    public event Action? Changed;

    /// <summary>All, by id.</summary>
    public IReadOnlyDictionary<string, Account> All => Volatile.Read(ref _accounts);

    /// <summary>True when there is an owner: from then on nobody is let in without credentials.</summary>
    public bool IsClaimed => Volatile.Read(ref _isClaimed);

    /// <summary>Reads them anew.</summary>
    public async Task LoadAsync(CancellationToken ct)
    {
        await _loading.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await database.ReadAsync(
                this,
                static (session, store) =>
                {
                    store.Take(session);
                    return true;
                },
                ct).ConfigureAwait(false);
            Changed?.Invoke();
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>The account of that name, or null.</summary>
    public Account? FindByName(string name)
    {
        var key = Account.NameKey(name);
        return All.Values.FirstOrDefault(account => Account.NameKey(account.Name) == key);
    }

    /// <summary>The account of whom a provider names, or null.</summary>
    public Account? FindByLink(AccountLink link) => All.Values.FirstOrDefault(account => account.Link == link);

    /// <summary>The account. Throws <see cref="AccountException"/> when there is none.</summary>
    public Account Require(string id) => All.GetValueOrDefault(id) ?? throw AccountException.Missing("account");

    /// <summary>Adds an account.</summary>
    /// <param name="name">Name.</param>
    /// <param name="role">Role.</param>
    /// <param name="memberId">The member who it is, or null.</param>
    /// <param name="hours">When it may be used, or null.</param>
    /// <param name="password">Hash of the password, or null.</param>
    /// <param name="claims">Only as the first: it makes the household claimed.</param>
    /// <param name="ct">Cancels.</param>
    public Task<Account> AddAsync(string name, Role role, string? memberId, AllowedHours? hours, PasswordHash? password, bool claims, CancellationToken ct)
    {
        var account = new Account(
            Guid.CreateVersion7(time.GetUtcNow()).ToString(), memberId, role, AccountRules.Name(name), password, null, false, 0, null, hours, false, clock.Now, 1);
        return WriteAsync(
            (account, claims),
            static (session, add) =>
            {
                var count = Count(session, "SELECT count(*) FROM account");
                if (add.claims && Count(session, "SELECT count(*) FROM account WHERE role = 'owner'") > 0)
                    throw new AccountException(AccountError.Conflict, "The household has an owner already.");
                if (count >= AccountRules.MaxAccounts)
                    throw new AccountException(AccountError.LimitReached, $"A household has at most {AccountRules.MaxAccounts} accounts.");
                RequireFree(session, add.account.Name, add.account.Id);
                RequireMember(session, add.account.MemberId, add.account.Id);
                session.Prepare(
                    "INSERT INTO account (id, member_id, role, name, name_key, password_hash, hours, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
                    .Bind(1, add.account.Id).Bind(2, add.account.MemberId).Bind(3, AccountRules.Text(add.account.Role)).Bind(4, add.account.Name)
                    .Bind(5, Account.NameKey(add.account.Name)).Bind(6, add.account.Password?.ToString()).Bind(7, add.account.Hours?.ToString())
                    .Bind(8, add.account.CreatedAt).Execute();
                return add.account.Id;
            },
            ct);
    }

    /// <summary>Changes an account by what <paramref name="change"/> makes of it: name, role, member, hours, disabled.</summary>
    public Task<Account> ChangeAsync(string id, long? expectedVersion, Func<Account, Account> change, CancellationToken ct) => WriteAsync(
        (id, expectedVersion, change),
        static (session, state) =>
        {
            var before = Read(session, state.id);
            AccountException.CheckVersion(before.Version, state.expectedVersion);
            var after = state.change(before);
            RequireFree(session, after.Name, after.Id);
            if (after.MemberId != before.MemberId)
                RequireMember(session, after.MemberId, after.Id);
            session.Prepare("UPDATE account SET member_id = ?2, role = ?3, name = ?4, name_key = ?5, hours = ?6, disabled = ?7, version = version + 1 WHERE id = ?1")
                .Bind(1, after.Id).Bind(2, after.MemberId).Bind(3, AccountRules.Text(after.Role)).Bind(4, after.Name).Bind(5, Account.NameKey(after.Name))
                .Bind(6, after.Hours?.ToString()).Bind(7, after.IsDisabled ? 1L : 0L).Execute();
            if (before.Role == Role.Owner)
                RequireOwner(session);
            return state.id;
        },
        ct);

    /// <summary>Removes an account with its sessions and tokens.</summary>
    public async Task RemoveAsync(string id, long? expectedVersion, CancellationToken ct)
    {
        await database.WriteAsync(
            (store: this, id, expectedVersion),
            static (session, state) =>
            {
                var before = Read(session, state.id);
                AccountException.CheckVersion(before.Version, state.expectedVersion);
                session.Prepare("DELETE FROM account WHERE id = ?1").Bind(1, state.id).Execute();
                if (before.Role == Role.Owner)
                    RequireOwner(session);
                return true;
            },
            ct).ConfigureAwait(false);
        await LoadAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Sets or takes away the password.</summary>
    public Task<Account> SetPasswordAsync(string id, PasswordHash? hash, CancellationToken ct) =>
        SetAsync(id, "UPDATE account SET password_hash = ?2, version = version + 1 WHERE id = ?1", hash?.ToString(), ct);

    /// <summary>Sets or takes away the PIN.</summary>
    public Task<Account> SetPinAsync(string id, PasswordHash? hash, CancellationToken ct) =>
        SetAsync(id, "UPDATE account SET pin_hash = ?2, version = version + 1 WHERE id = ?1", hash?.ToString(), ct);

    /// <summary>Says who the account is to a provider, or that it is nobody. Nobody is two accounts.</summary>
    public Task<Account> SetLinkAsync(string id, AccountLink? link, CancellationToken ct) => WriteAsync(
        (id, link),
        static (session, state) =>
        {
            if (state.link is { } link && Count(session, "SELECT count(*) FROM account WHERE oidc_provider = ?1 AND oidc_subject = ?2 AND id <> ?3", link.Provider, link.Subject, state.id) > 0)
                throw new AccountException(AccountError.Conflict, "Another account is linked with this one of the provider.", "subject");
            Require(session.Prepare("UPDATE account SET oidc_provider = ?2, oidc_subject = ?3, version = version + 1 WHERE id = ?1")
                .Bind(1, state.id).Bind(2, state.link?.Provider).Bind(3, state.link?.Subject).Execute());
            return state.id;
        },
        ct);

    /// <summary>Sets the second factor, with the step that confirmed it.</summary>
    public async Task<Account> SetTotpAsync(string id, byte[] secret, long step, CancellationToken ct)
    {
        await keys.ReadyAsync(KeyPurpose.Secret, ct).ConfigureAwait(false);
        return await WriteAsync(
            (id, Sealed: keys.Seal(KeyPurpose.Secret, Account.TotpPlace(id), secret), step),
            static (session, state) =>
            {
                Require(session.Prepare(SetTotpSql).Bind(1, state.id).BindBlob(2, state.Sealed).Bind(3, state.step).Execute());
                return state.id;
            },
            ct).ConfigureAwait(false);
    }

    /// <summary>Takes away the second factor and its recovery codes.</summary>
    public Task<Account> RemoveTotpAsync(string id, CancellationToken ct) => WriteAsync(
        id,
        static (session, id) =>
        {
            Require(session.Prepare(SetTotpSql).Bind(1, id).Bind(2, (string?)null).Bind(3, 0L).Execute());
            session.Prepare("DELETE FROM recovery_code WHERE account_id = ?1").Bind(1, id).Execute();
            return id;
        },
        ct);

    /// <summary>Puts new recovery codes in the place of the old ones and returns them; they cannot be read again.</summary>
    public async Task<IReadOnlyList<string>> RenewRecoveryCodesAsync(string id, CancellationToken ct)
    {
        var codes = RecoveryCodes.New();
        await WriteAsync(
            (id, hashes: codes.Select(code => RecoveryCodes.Hash(id, code)!).ToArray()),
            static (session, state) =>
            {
                Read(session, state.id);
                session.Prepare("DELETE FROM recovery_code WHERE account_id = ?1").Bind(1, state.id).Execute();
                foreach (var hash in state.hashes)
                    session.Prepare("INSERT INTO recovery_code (account_id, hash) VALUES (?1, ?2)").Bind(1, state.id).BindBlob(2, hash).Execute();
                return state.id;
            },
            ct).ConfigureAwait(false);
        return codes;
    }

    /// <summary>
    /// Takes a code of the second factor, or a recovery code; false when it is neither or was taken before. The file decides, so of two who come with the same code at once, one
    /// gets in. Throws <see cref="SealBrokenException"/> when the secret does not open.
    /// </summary>
    public async Task<bool> TakeSecondFactorAsync(Account account, string code, CancellationToken ct)
    {
        // Read each time: the rotation of keys seals it anew.
        var sealedSecret = await database.ReadAsync(
            account.Id,
            static (session, id) =>
            {
                var row = session.Prepare("SELECT totp FROM account WHERE id = ?1").Bind(1, id);
                return row.Step() && !row.IsNull(0) ? row.Blob(0).ToArray() : null;
            },
            ct).ConfigureAwait(false);
        if (sealedSecret is null)
            return false;
        if (Totp.Match(keys.Open(KeyPurpose.Secret, Account.TotpPlace(account.Id), sealedSecret), code, time.GetUtcNow(), 0) is { } step)
        {
            return await database.WriteAsync(
                (account.Id, step),
                static (session, state) => session.Prepare("UPDATE account SET totp_last_step = ?2 WHERE id = ?1 AND totp_last_step < ?2")
                    .Bind(1, state.Id).Bind(2, state.step).Execute() == 1,
                ct).ConfigureAwait(false);
        }

        if (RecoveryCodes.Hash(account.Id, code) is not { } hash)
            return false;
        var taken = await database.WriteAsync(
            (account.Id, hash),
            static (session, state) => session.Prepare("DELETE FROM recovery_code WHERE account_id = ?1 AND hash = ?2")
                .Bind(1, state.Id).BindBlob(2, state.hash).Execute() == 1,
            ct).ConfigureAwait(false);
        if (taken)
            await LoadAsync(CancellationToken.None).ConfigureAwait(false);
        return taken;
    }

    public void Dispose() => _loading.Dispose();

    private Task<Account> SetAsync(string id, string sql, string? value, CancellationToken ct) => WriteAsync(
        (id, sql, value),
        static (session, state) =>
        {
            Require(session.Prepare(state.sql).Bind(1, state.id).Bind(2, state.value).Execute());
            return state.id;
        },
        ct);

    /// <summary>Writes, and reads what was written only once it is durable: what is in memory lets people in.</summary>
    private async Task<Account> WriteAsync<TState>(TState state, Func<SqliteSession, TState, string> write, CancellationToken ct)
    {
        var id = await database.WriteAsync(state, write, ct).ConfigureAwait(false);
        await LoadAsync(CancellationToken.None).ConfigureAwait(false);
        return Require(id);
    }

    private void Take(SqliteSession session)
    {
        var accounts = new Dictionary<string, Account>(StringComparer.Ordinal);
        var rows = session.Prepare($"SELECT {Columns} FROM account ORDER BY id");
        while (rows.Step())
        {
            var account = ReadRow(rows);
            accounts.Add(account.Id, account);
            clock.AtLeast(account.CreatedAt);
        }

        // First: who asks in between must rather be turned away than be let in as anybody.
        Volatile.Write(ref _isClaimed, accounts.Values.Any(static account => account.Role == Role.Owner));
        Volatile.Write(ref _accounts, accounts);
    }

    private static Account Read(SqliteSession session, string id)
    {
        var row = session.Prepare($"SELECT {Columns} FROM account WHERE id = ?1").Bind(1, id);
        return row.Step() ? ReadRow(row) : throw AccountException.Missing("account");
    }

    private static Account ReadRow(SqliteStatement row) => new(
        row.Text(0)!,
        row.Text(1),
        AccountRules.Role(row.Text(2)),
        row.Text(3)!,
        row.Text(4) is { } password ? PasswordHash.Parse(password) : null,
        row.Text(5) is { } pin ? PasswordHash.Parse(pin) : null,
        row.Int64(6) != 0,
        row.Int32(7),
        row.Text(12) is { } provider ? new(provider, row.Text(13)!) : null,
        row.Text(8) is { } hours ? AllowedHours.Parse(hours) : null,
        row.Int64(9) != 0,
        row.Int64(10),
        row.Int64(11));

    private static void Require(int changed)
    {
        if (changed == 0)
            throw AccountException.Missing("account");
    }

    private static void RequireFree(SqliteSession session, string name, string id)
    {
        if (Count(session, "SELECT count(*) FROM account WHERE name_key = ?1 AND id <> ?2", Account.NameKey(name), id) > 0)
            throw new AccountException(AccountError.Conflict, $"There is an account '{name}' already.", "name");
    }

    private static void RequireMember(SqliteSession session, string? memberId, string id)
    {
        if (memberId is null)
            return;
        if (Count(session, "SELECT count(*) FROM member WHERE id = ?1", memberId) == 0)
            throw AccountException.Bad("member", "'member' is no member of this household.");
        if (Count(session, "SELECT count(*) FROM account WHERE member_id = ?1 AND id <> ?2", memberId, id) > 0)
            throw new AccountException(AccountError.Conflict, "This member has an account already.", "member");
    }

    private static void RequireOwner(SqliteSession session)
    {
        if (Count(session, "SELECT count(*) FROM account WHERE role = 'owner' AND disabled = 0") == 0)
            throw new AccountException(AccountError.Conflict, LastOwner, "role");
    }

    private static long Count(SqliteSession session, string sql, params ReadOnlySpan<string> values)
    {
        var statement = session.Prepare(sql);
        for (var i = 0; i < values.Length; i++)
            statement.Bind(i + 1, values[i]);
        var count = statement.Step() ? statement.Int64(0) : 0;
        statement.Reset();
        return count;
    }
}
