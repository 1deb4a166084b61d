using EdgeDb.Core.Caching;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Pipeline;

/// <summary>
/// Keeps a <see cref="SecondLevelState"/> in the household's file between an orderly end and the next start. Whoever opens the file for writing takes it away
/// first: what is committed afterwards is not in it. After a power cut there is none, and the second level starts over.
/// </summary>
internal static class SecondLevelStore
{
    private const string StateName = "secondLevel.state";
    private const string HouseholdName = "secondLevel.household";

    /// <summary>What the run before handed on, or null. It is gone from the file when this returns, also after a power cut.</summary>
    public static async Task<SecondLevelState?> TakeAsync(SqliteDatabase database, CancellationToken ct)
    {
        // Most often there is none, and opening writes nothing.
        var text = await database.ReadAsync(StateName, SettingRows.Read, ct).ConfigureAwait(false);
        if (text is null)
            return null;
        await VoidAsync(database, ct).ConfigureAwait(false);
        return SecondLevelState.Parse(text);
    }

    /// <summary>Hands on what holds now. A commit that comes later all the same takes it back.</summary>
    /// <param name="database">The file, after the last request.</param>
    /// <param name="version">Of the program.</param>
    /// <param name="secret">What this run has sealed with.</param>
    /// <param name="tags">The clock.</param>
    /// <param name="ct">Cancels.</param>
    public static Task SaveAsync(SqliteDatabase database, string version, byte[] secret, CacheTags tags, CancellationToken ct)
    {
        // A write of the same transaction reaches the tags only after it, too late for the state: any commit from here on queues a voiding behind the saving.
        database.Committed += commit =>
        {
            if (commit.Topics.Count > 0)
                _ = VoidAsync(database, CancellationToken.None);
        };
        return database.WriteAsync(
            (version, secret, tags),
            static (session, run) => SettingRows.Write(session, StateName, new SecondLevelState(run.version, run.secret, run.tags.Save(SecondLevelState.MaxTags)).Format()),
            ct);
    }

    /// <summary>What names this household in Redis: random, made once.</summary>
    public static async Task<string> HouseholdAsync(SqliteDatabase database, CancellationToken ct) =>
        await database.ReadAsync(HouseholdName, SettingRows.Read, ct).ConfigureAwait(false)
        ?? await database.WriteAsync(
            HouseholdName,
            static (session, name) =>
            {
                var made = Guid.NewGuid().ToString("N")[..16];
                SettingRows.Write(session, name, made);
                return made;
            },
            ct).ConfigureAwait(false);

    private static Task<int> VoidAsync(SqliteDatabase database, CancellationToken ct) => database.WriteAsync(
        StateName, SettingRows.Delete, ct);
}
