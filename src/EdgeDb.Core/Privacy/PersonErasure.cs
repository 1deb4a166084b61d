using EdgeDb.Core.Audit;
using EdgeDb.Core.Backups;
using EdgeDb.Core.Household;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Privacy;

/// <summary>
/// Erases persons. One transaction decides it: the row of <see cref="Erasure"/>, and nobody can sign in as them any more. What follows is done in an order in which a kill at any place leaves what is needed to
/// go on: texts that name them, their rows, their traces in the audit log, their keys (and with these every backup), kept answers, backups that name them elsewhere, and the pages of the file.
/// </summary>
/// <param name="database">Whose rows go.</param>
/// <param name="stores">What else is kept of persons.</param>
/// <param name="audit">Tells that it was asked for, and forgets who the person was.</param>
/// <param name="subjects">Holds their keys.</param>
/// <param name="backups">Wait meanwhile, and are replaced where they name the person in rows of others.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Says that it is finished.</param>
/// <param name="step">Called between two steps. What it throws ends the erasure there, as a kill would.</param>
internal sealed partial class PersonErasure(
    SqliteDatabase database, IReadOnlyList<IPersonalData> stores, AuditLog audit, SubjectKeys subjects, BackupFolder backups, TimeProvider time, ILogger<PersonErasure> logger, Action? step = null)
    : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>What would go and what would stay.</summary>
    public ValueTask<ErasurePreview> PreviewAsync(Person person, CancellationToken ct) => database.ReadAsync(
        (erasure: this, person),
        static (session, asked) => asked.erasure.Preview(session, asked.person),
        ct);

    /// <summary>Decides it, durably. From then on it is carried out whatever happens. Throws what a store has against it, and then nothing has changed.</summary>
    /// <param name="person">Whom.</param>
    /// <param name="addresses">Their mail addresses, as far as somebody knows them.</param>
    /// <param name="replaceBackups">Whether backups of before go even where no row but theirs names them.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="ct">Cancels.</param>
    public async Task BeginAsync(Person person, IReadOnlyList<string> addresses, bool replaceBackups, AuditActor actor, CancellationToken ct)
    {
        // Somebody who erases themselves must not be sealed into the log once more.
        var record = audit.Record(
            AuditKind.Write, actor.Owner is { } own && person.Subjects.Contains(own) ? new AuditActor(actor.Name) : actor, null, "persons:delete " + person.Id);
        var names = Erasure.SealNames(subjects, person, addresses);
        await database.WriteAsync(
            (erasure: this, person, names, replaceBackups, record, now: Now()),
            static (session, step) =>
            {
                if (Person.Find(session, step.person.Id) is not { } person)
                    throw new HouseholdException(HouseholdError.NotFound, $"There is no person '{step.person.Id}'.", "id");
                Erasure.Add(session, person, step.names, step.replaceBackups, step.now);
                foreach (var store in step.erasure.Stores)
                    store.BeginErasure(session, person);
                AuditChain.Append(session, step.record);
                return true;
            },
            ct).ConfigureAwait(false);
    }

    /// <summary>Carries out what was decided and is not finished. To be called at every start, and by who has decided. Throws what keeps it from going on; then call it again later.</summary>
    /// <param name="isWhole">False while stores of a running service are missing: all is done but to call it finished, so that the next start does what is theirs.</param>
    /// <param name="ct">Cancels.</param>
    public async Task FinishAsync(bool isWhole, CancellationToken ct)
    {
        await _one.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            foreach (var erasure in await PendingAsync(ct).ConfigureAwait(false))
                await FinishAsync(erasure, isWhole, ct).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Those that are not finished.</summary>
    public ValueTask<List<Erasure>> PendingAsync(CancellationToken ct) => database.ReadAsync(subjects, static (session, keys) => Erasure.ReadAll(session, keys), ct);

    public void Dispose() => _one.Dispose();

    private IReadOnlyList<IPersonalData> Stores => stores;

    private async Task FinishAsync(Erasure erasure, bool isWhole, CancellationToken ct)
    {
        // A backup that has begun holds rows of before, and would make the person a new key for them.
        using (await backups.HoldAsync(ct).ConfigureAwait(false))
        {
            foreach (var store in stores)
            {
                await store.EraseAsync(erasure, ct).ConfigureAwait(false);
                step?.Invoke();
            }

            await database.WriteAsync(erasure, DeleteRows, ct).ConfigureAwait(false);
            step?.Invoke();
            foreach (var subject in erasure.Subjects)
                subjects.Refuse(subject);
            foreach (var subject in erasure.Subjects)
            {
                await audit.EraseAsync(subject, AuditActor.Service, ct).ConfigureAwait(false);
                step?.Invoke();
            }
        }

        foreach (var store in stores)
        {
            await store.ForgetAsync(erasure, ct).ConfigureAwait(false);
            step?.Invoke();
        }

        await ReplaceBackupsAsync(erasure, ct).ConfigureAwait(false);
        step?.Invoke();
        await database.RewriteAsync().WaitAsync(ct).ConfigureAwait(false);
        step?.Invoke();
        if (!isWhole)
            return;
        await database.WriteAsync(
            (erasure.Id, now: Now()),
            static (session, step) => session.Prepare("UPDATE erasure SET finished_at = ?2, names = NULL WHERE id = ?1").Bind(1, step.Id).Bind(2, step.now).Execute(),
            ct).ConfigureAwait(false);
        LogErased(logger, erasure.Person);
    }

    private static bool DeleteRows(SqliteSession session, Erasure erasure)
    {
        foreach (var rows in SubjectRows.All.Reverse())
            rows.Delete(session, JsonList.Of(erasure.Subjects));
        session.Touch(Topics.Members);
        session.Touch(Topics.Calendars);
        session.Touch(Topics.Feeds);
        session.Touch(Topics.Occurrences);
        session.Touch(Topics.Tasks);
        session.Touch(Topics.Notices);
        return true;
    }

    /// <summary>The new one first: a card that dies in between must not take the household along.</summary>
    private async Task ReplaceBackupsAsync(Erasure erasure, CancellationToken ct)
    {
        var replace = await database.ReadAsync(
            erasure.Id, static (session, id) => session.Prepare("SELECT replace_backups FROM erasure WHERE id = ?1").Bind(1, id) is var row && row.Step() && row.Int64(0) != 0, ct).ConfigureAwait(false);
        if (!replace || backups.List().Count == 0)
            return;
        await backups.ReplaceAllAsync(ct).ConfigureAwait(false);
    }

    private ErasurePreview Preview(SqliteSession session, Person person)
    {
        var preview = new ErasurePreview();
        var subjectList = JsonList.Of(person.Subjects);
        foreach (var rows in SubjectRows.At(database.SchemaVersion))
            if (Words.TryGetValue(rows.Table, out var word))
                preview.Goes(word.What, rows.Count(session, subjectList), word.Text);
        foreach (var store in stores)
            store.Preview(session, person, preview);
        preview.Goes(
            "backups", backups.List().Count, "Their rows in backups cannot be opened any more, as the key goes. Backups that name them in rows of others are replaced by a new one.");
        preview.Stays("copies", 1, "Copies of the backups that somebody took elsewhere: replace the file keys.sealed there, or its old form still has the key. Exports that were given out.");
        return preview;
    }

    // Rows that only belong to others of these are not told: nobody counts the parts of an event.
    private static readonly Dictionary<string, (string What, string Text)> Words = new(StringComparer.Ordinal)
    {
        ["member"] = ("member", "The member."),
        ["account"] = ("account", "The account, with password, PIN and second factor."),
        ["session"] = ("sessions", "Wherever they are signed in, they are out at once."),
        ["api_token"] = ("tokens", "Their tokens are worth nothing at once."),
        ["calendar"] = ("calendars", "Calendars that concern only them, with all events. Let others belong to a calendar first to keep it."),
        ["event"] = ("events", "Events of these calendars."),
        ["event_member"] = ("namedEvents", "Events that name them as whom they concern, in calendars of others too; they stay, and no longer concern this person."),
        ["event_trash"] = ("deletedEvents", "Deleted events of these calendars."),
        ["feed"] = ("feeds", "Feeds of these calendars."),
        ["task"] = ("tasks", "Tasks of lists that concern only them, deleted ones too."),
        ["notice"] = ("notices", "Notices that they wrote, deleted ones too."),
    };

    private long Now() => time.GetUtcNow().ToUnixTimeSeconds();

    [LoggerMessage(EventId = 8001, Level = LogLevel.Information, Message = "Erased person {Person}")]
    private static partial void LogErased(ILogger logger, string person);
}
