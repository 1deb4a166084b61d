using EdgeDb.Core.Audit;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;

namespace EdgeDb.Commands;

/// <summary>Tells the audit log what a command changed while the service did not run.</summary>
internal static class ConsoleAudit
{
    public static Task NoteAsync(SqliteDatabase database, AuditKind kind, string what) => database.WriteAsync(
        AuditRecord.OfNobody(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), kind, AuditActor.Console, what),
        static (session, record) => AuditChain.Append(session, record),
        CancellationToken.None);

    /// <summary>The same about somebody, with whose key it is sealed.</summary>
    public static Task NoteAsync(SqliteDatabase database, SubjectKeys subjects, AuditKind kind, string subject, string what) => database.WriteAsync(
        AuditRecord.Seal(subjects, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), kind, AuditActor.Console, subject, what),
        static (session, record) => AuditChain.Append(session, record),
        CancellationToken.None);
}
