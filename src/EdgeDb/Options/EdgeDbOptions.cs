using System.Net;
using EdgeDb.Core.Backups;
using EdgeDb.Core.Settings;
using EdgeDb.Core.Storage;

namespace EdgeDb.Options;

/// <summary>The service's settings, valid as a whole. <see cref="SettingTable"/> names, bounds and describes each.</summary>
internal sealed record EdgeDbOptions
{
    public required string Data { get; init; }

    public required string Listen { get; init; }

    /// <summary>True when only programs of this machine can reach a service that listens there.</summary>
    public static bool IsLocal(string listen) => listen == "localhost" || (IPAddress.TryParse(listen, out var address) && IPAddress.IsLoopback(address));

    /// <summary>Names the service answers to besides those of every home network.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    public required int Port { get; init; }

    public required TlsOptions Tls { get; init; }

    public required string Zone { get; init; }

    public required IReadOnlyList<string> Feeds { get; init; }

    public required bool Sample { get; init; }

    public required int WindowMonthsBack { get; init; }

    public required int WindowMonthsAhead { get; init; }

    public required BackupRetention Backup { get; init; }

    public required CorruptionPolicy OnCorruption { get; init; }

    public required UpstreamOptions Upstream { get; init; }

    /// <summary>Of the household's authority and the certificate that it signs.</summary>
    public string CertificateFolder => Path.Combine(Data, "tls");

    public string DatabasePath => Path.Combine(Data, "edgedb.db");

    /// <summary>Takes the values apart.</summary>
    /// <param name="values">The values.</param>
    /// <param name="problems">Receives one sentence for each two values that contradict each other.</param>
    public static EdgeDbOptions From(SettingValues values, ICollection<string> problems)
    {
        if (values.Get(SettingTable.PostgresReplica) is not null && !values.IsGiven(SettingTable.Postgres))
            problems.Add($"{values[SettingTable.PostgresReplica].Input.Spelled}: there is no --postgres; the replica answers reads only.");
        return new()
        {
            Data = values.Get(SettingTable.Data),
            Listen = values.Get(SettingTable.Listen),
            Hosts = values.Get(SettingTable.Host),
            Port = values.Get(SettingTable.Port),
            Tls = TlsOptions.From(values, problems),
            Zone = values.Get(SettingTable.Zone) ?? MachineZone.Name(),
            Feeds = values.Get(SettingTable.Feed),
            Sample = values.Get(SettingTable.Sample),
            WindowMonthsBack = values.Get(SettingTable.WindowBack),
            WindowMonthsAhead = values.Get(SettingTable.WindowAhead),
            Backup = new(values.Get(SettingTable.BackupDaily), values.Get(SettingTable.BackupWeekly), values.Get(SettingTable.BackupMonthly)),
            OnCorruption = values.Get(SettingTable.OnCorruption),
            Upstream = new()
            {
                Postgres = values.Get(SettingTable.Postgres),
                PostgresReplica = values.Get(SettingTable.PostgresReplica),
                Redis = values.Get(SettingTable.Redis),
                Qdrant = values.Get(SettingTable.Qdrant),
                OpenId = values.Get(SettingTable.OpenId),
            },
        };
    }
}
