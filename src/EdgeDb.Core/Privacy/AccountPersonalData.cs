using EdgeDb.Core.Accounts;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Privacy;

/// <summary>The person's account, where they are signed in, the devices they let in and the tokens they made. No hash and no secret: a copy of those helps nobody but a thief.</summary>
internal sealed class AccountPersonalData(SqliteDatabase database, AccountStore accounts) : IPersonalData
{
    public ValueTask DescribeAsync(PersonView view, PersonJson json, CancellationToken ct) => view.Person.AccountId is { } account
        ? new(database.ReadAsync((account, json), static (session, asked) => Describe(session, asked.account, asked.json), ct).AsTask())
        : DescribeNone(json);

    public void Preview(SqliteSession session, Person person, ErasurePreview preview)
    {
        if (person.AccountId is not { } account)
            return;
        if (IsLastOwner(session, account))
            preview.Refused = new("last-owner", AccountStore.LastOwner);
        preview.Stays("devices", Count(session, "SELECT count(*) FROM device WHERE approved_by = ?1", account), "Devices on the wall that they let in are the household's.");
    }

    /// <summary>Nobody signs in as them any more, from the commit on.</summary>
    public void BeginErasure(SqliteSession session, Person person)
    {
        if (person.AccountId is not { } account)
            return;
        if (IsLastOwner(session, account))
            throw new AccountException(AccountError.Conflict, AccountStore.LastOwner);
        session.Prepare("DELETE FROM account WHERE id = ?1").Bind(1, account).Execute();
    }

    /// <summary>Sessions and tokens in memory follow those in the file.</summary>
    public ValueTask EraseAsync(Erasure erasure, CancellationToken ct) => new(accounts.LoadAsync(ct));

    private static bool IsLastOwner(SqliteSession session, string account) =>
        Count(session, "SELECT count(*) FROM account WHERE id = ?1 AND role = 'owner'", account) > 0
        && Count(session, "SELECT count(*) FROM account WHERE id <> ?1 AND role = 'owner' AND disabled = 0", account) == 0;

    private static long Count(SqliteSession session, string sql, string account)
    {
        var row = session.Prepare(sql).Bind(1, account);
        row.Step();
        var count = row.Int64(0);
        row.Reset();
        return count;
    }

    private static ValueTask DescribeNone(PersonJson json)
    {
        json.Writer.WriteNull("account");
        return ValueTask.CompletedTask;
    }

    // All of it in one read: an account has at most 50 sessions, and a household at most 100 tokens.
    private static bool Describe(SqliteSession session, string id, PersonJson json)
    {
        var writer = json.Writer;
        writer.WriteStartObject("account");
        var row = session.Prepare(
                """
                SELECT name, role, password_hash IS NOT NULL, pin_hash IS NOT NULL, totp IS NOT NULL, hours, disabled, created_at,
                  (SELECT count(*) FROM recovery_code WHERE account_id = account.id) FROM account WHERE id = ?1
                """)
            .Bind(1, id);
        if (row.Step())
        {
            writer.WriteString("id", id);
            writer.WriteString("name", row.Text(0));
            writer.WriteString("role", row.Text(1));
            writer.WriteBoolean("hasPassword", row.Int64(2) != 0);
            writer.WriteBoolean("hasPin", row.Int64(3) != 0);
            writer.WriteBoolean("hasSecondFactor", row.Int64(4) != 0);
            writer.WriteNumber("recoveryCodesLeft", row.Int64(8));
            writer.WriteString("hours", row.Text(5));
            writer.WriteBoolean("disabled", row.Int64(6) != 0);
            json.Instant("createdAt", row.Int64(7));
        }

        row.Reset();
        writer.WriteEndObject();
        writer.WriteStartArray("sessions");
        var sessions = session.Prepare("SELECT id, agent, created_at, seen_at, ended_at FROM session WHERE account_id = ?1 ORDER BY id").Bind(1, id);
        while (sessions.Step())
        {
            writer.WriteStartObject();
            writer.WriteString("id", sessions.Text(0));
            writer.WriteString("agent", sessions.Text(1));
            json.Instant("createdAt", sessions.Int64(2));
            json.Instant("seenAt", sessions.Int64(3));
            json.Instant("endedAt", sessions.NullableInt64(4));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("devicesLetIn");
        var devices = session.Prepare("SELECT id, name, created_at FROM device WHERE approved_by = ?1 ORDER BY id").Bind(1, id);
        while (devices.Step())
        {
            writer.WriteStartObject();
            writer.WriteString("id", devices.Text(0));
            writer.WriteString("name", devices.Text(1));
            json.Instant("createdAt", devices.Int64(2));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("tokens");
        var tokens = session.Prepare("SELECT id, name, scopes, created_at, expires_at, seen_at FROM api_token WHERE account_id = ?1 ORDER BY id").Bind(1, id);
        while (tokens.Step())
        {
            writer.WriteStartObject();
            writer.WriteString("id", tokens.Text(0));
            writer.WriteString("name", tokens.Text(1));
            writer.WriteString("scopes", tokens.Text(2));
            json.Instant("createdAt", tokens.Int64(3));
            json.Instant("expiresAt", tokens.NullableInt64(4));
            json.Instant("seenAt", tokens.NullableInt64(5));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        return true;
    }
}
