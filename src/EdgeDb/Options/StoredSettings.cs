using EdgeDb.Core.Household;
using EdgeDb.Core.Settings;
using EdgeDb.Core.Storage;

namespace EdgeDb.Options;

/// <summary>The layer of settings that is kept in the database.</summary>
internal static class StoredSettings
{
    /// <summary>The values with this layer above them. What is wrong in it is told and not used: a value that another version wrote must not keep the service from starting.</summary>
    public static async Task<SettingValues> AddToAsync(SettingValues given, ISqliteReads database, ICollection<string> problems, CancellationToken ct)
    {
        var rows = await RuntimeSettingStore.ReadAsync(database, ct);
        return given.With(DatabaseLayer.Read(given.Catalog, rows, problems), problems);
    }

    /// <summary>The setting of a name. Throws <see cref="HouseholdException"/> when there is none.</summary>
    public static Setting Find(string path) =>
        SettingTable.Catalog.Find(path) ?? throw new HouseholdException(
            HouseholdError.NotFound,
            $"There is no setting '{HouseholdException.Shorten(path)}'. {SettingTable.Catalog.DidYouMean(path, static s => s.Path)}".TrimEnd());

    /// <summary>Reads a value that is to be kept. Throws <see cref="HouseholdException"/> when it cannot be.</summary>
    public static SettingValue Check(Setting setting, string text)
    {
        if (setting.WhyNotInDatabase is { } reason)
            throw new HouseholdException(HouseholdError.Conflict, reason);
        var problems = new List<string>();
        // Spelled by its name alone: it is not in the database yet.
        var value = setting.Read(DatabaseLayer.Input(setting, text) with { Spelled = setting.Path }, problems, out var isRefused);
        return isRefused ? throw new HouseholdException(HouseholdError.Invalid, string.Join(' ', problems), "value") : value;
    }
}
