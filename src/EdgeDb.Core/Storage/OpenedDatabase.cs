using Microsoft.Data.Sqlite;

namespace EdgeDb.Core.Storage;

/// <summary>What <see cref="DatabaseOpener"/> hands over: a migrated file, locked for this process, with its writing connection.</summary>
internal sealed record OpenedDatabase(
    SqliteDatabaseOptions Options, ServingLock Lock, SqliteConnection Writer, IncidentLog Incidents, int SchemaVersion);
