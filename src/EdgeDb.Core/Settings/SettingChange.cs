namespace EdgeDb.Core.Settings;

/// <summary>When a changed value holds.</summary>
internal enum SettingChange
{
    /// <summary>After a restart.</summary>
    Restart,

    /// <summary>From the next request on.</summary>
    AtOnce,

    /// <summary>After a restart, and it cannot be kept in the database: it is needed before that is open.</summary>
    BeforeDatabase,
}
