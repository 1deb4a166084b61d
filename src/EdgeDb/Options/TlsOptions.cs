using System.Security.Authentication;
using EdgeDb.Core.Certificates;
using EdgeDb.Core.Settings;

namespace EdgeDb.Options;

/// <summary>How https is served.</summary>
internal sealed record TlsOptions
{
    /// <summary>Whether it is.</summary>
    public required bool IsOn { get; init; }

    /// <summary>0 for a free one.</summary>
    public required int Port { get; init; }

    public required SslProtocols Minimum { get; init; }

    /// <summary>Files of a certificate and its key; null for the household's own authority.</summary>
    public required (string Certificate, string Key)? Own { get; init; }

    /// <summary>How long browsers are to come by https only; zero does not tell them.</summary>
    public required TimeSpan Hsts { get; init; }

    public static TlsOptions From(SettingValues values, ICollection<string> problems)
    {
        var (port, listen, mode) = (values.Get(SettingTable.Port), values.Get(SettingTable.Listen), values.Get(SettingTable.Tls));
        var (certificate, key) = (values.Get(SettingTable.TlsCertificate), values.Get(SettingTable.TlsKey));
        var options = new TlsOptions
        {
            IsOn = mode == TlsMode.On || (mode == TlsMode.Auto && !EdgeDbOptions.IsLocal(listen)),
            Port = port == 0 && !values.IsGiven(SettingTable.TlsPort) ? 0 : values.Get(SettingTable.TlsPort),
            Minimum = values.Get(SettingTable.TlsMinimum),
            Own = certificate is not null && key is not null ? (certificate, key) : null,
            Hsts = TimeSpan.FromDays(values.Get(SettingTable.TlsHsts)),
        };
        if (options.IsOn && options.Port == port && port != 0)
            problems.Add($"{values[SettingTable.TlsPort].Input.Spelled}: http has port {port} already; give another one with --{SettingTable.TlsPort.Option}.");
        if ((certificate is null) != (key is null))
            problems.Add($"{values[certificate is null ? SettingTable.TlsKey : SettingTable.TlsCertificate].Input.Spelled}: a certificate and its key are given together, as --tls-certificate and --tls-key.");
        else if (options.Own is { } own && File.Exists(own.Certificate) && File.Exists(own.Key) && OwnCertificate.Problem(own.Certificate, own.Key) is { } problem)
            problems.Add($"{values[SettingTable.TlsCertificate].Input.Spelled}: {problem}");
        return options;
    }
}
