using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Storage;

/// <summary>
/// The incidents that nobody has acknowledged, in <c>NAME.incidents.json</c> beside the database: a table would be lost with the
/// file whose loss it reports. Keeps the newest 32.
/// </summary>
internal sealed class IncidentLog
{
    private const int Most = 32;

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private StorageIncident[] _open;

    public IncidentLog(string databasePath, TimeProvider time, ILogger logger)
    {
        _path = databasePath + ".incidents.json";
        _time = time;
        _logger = logger;
        _open = Load();
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<StorageIncident> Open => Volatile.Read(ref _open);

    public StorageIncident Add(StorageIncidentKind kind, string message, string? setAsidePath = null, string? restoredFrom = null)
    {
        lock (_gate)
        {
            var incident = new StorageIncident(
                _open.Length == 0 ? 1 : _open[^1].Id + 1, kind, _time.GetUtcNow(), message, setAsidePath, restoredFrom);
            StorageLog.Incident(_logger, kind, message);
            Save_NeedsLock([.. _open.TakeLast(Most - 1), incident]);
            return incident;
        }
    }

    /// <summary>False when there is no such incident.</summary>
    public bool Acknowledge(int id)
    {
        lock (_gate)
        {
            var left = Array.FindAll(_open, incident => incident.Id != id);
            if (left.Length == _open.Length)
                return false;
            Save_NeedsLock(left);
            return true;
        }
    }

    private StorageIncident[] Load()
    {
        if (!File.Exists(_path))
            return [];

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(_path), IncidentJson.Default.StorageIncidentArray) ?? [];
        }
        catch (JsonException)
        {
            var aside = _path + ".unreadable";
            File.Move(_path, aside, overwrite: true);
            StorageLog.IncidentsUnreadable(_logger, aside);
            return [];
        }
    }

    private void Save_NeedsLock(StorageIncident[] open)
    {
        Volatile.Write(ref _open, open);
        try
        {
            var partial = _path + ".partial";
            File.WriteAllBytes(partial, JsonSerializer.SerializeToUtf8Bytes(open, IncidentJson.Default.StorageIncidentArray));
            DurableFile.Sync(partial);
            DurableFile.Replace(partial, _path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The device that an incident reports may be the one that fails here. It stays in memory and in the log.
            StorageLog.IncidentNotSaved(_logger, failure);
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true)]
[JsonSerializable(typeof(StorageIncident[]))]
internal sealed partial class IncidentJson : JsonSerializerContext;
