namespace EdgeDb.Core.Settings;

/// <summary>Where a value comes from. A later one outranks an earlier one.</summary>
internal enum SettingLayer
{
    /// <summary>The program's own.</summary>
    Default,

    /// <summary>The file of the machine, <c>/etc/edgedb/edgedb.json</c>.</summary>
    File,

    /// <summary>The environment of the process.</summary>
    Environment,

    /// <summary>The call of the command.</summary>
    CommandLine,

    /// <summary>Set while the service ran, kept in its database.</summary>
    Database,
}
