using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using EdgeDb.Api;
using EdgeDb.Core.Certificates;
using EdgeDb.Core.Household;
using EdgeDb.Hosting;
using EdgeDb.Options;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Commands;

/// <summary>
/// <c>edgedb tls</c>: shows the household's authority on the machine itself, so that what a page shows can be compared with it, and renews what it has signed.
/// </summary>
internal static class TlsCommand
{
    private static readonly CommandOption Authority = new("authority", "");

    public static Task<int> RunAsync(string[] arguments) => arguments switch
    {
        ["show", .. var rest] => Task.FromResult(Show(rest)),
        ["qr", .. var rest] => Task.FromResult(Qr(rest)),
        ["export-ca", .. var rest] => Task.FromResult(Export(rest)),
        ["renew", .. var rest] => RenewAsync(rest),
        _ => Task.FromResult(CommandTable.Refuse("tls takes show, qr, export-ca or renew; 'edgedb help' describes them")),
    };

    private static int Show(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 0) is not var (_, _, options))
            return CommandTable.BadCall;
        if (options.Tls.Own is { } own)
            Console.WriteLine($"https shows the certificate in '{own.Certificate}', not one of the household's authority.");
        using var authority = Read(options);
        Describe(authority);
        if (CertificateFile.ReadPublic(LocalCertificates.ServerPath(options.CertificateFolder)) is not { } server)
            return CommandTable.Done;
        using (server)
        {
            var names = ServerNames.Of(server);
            Console.WriteLine($"Server certificate valid to {server.NotAfter.ToUniversalTime():yyyy-MM-dd}, for {string.Join(", ", [.. names.Names, .. names.Addresses.Select(static a => a.ToString())])}");
        }

        return CommandTable.Done;
    }

    private static int Export(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 0) is not var (_, _, options))
            return CommandTable.BadCall;
        using var authority = Read(options);
        Console.WriteLine(authority.ExportCertificatePem());
        return CommandTable.Done;
    }

    /// <summary>The page over plain http: what leads there must not warn of itself. That is why the fingerprint stands beside it.</summary>
    private static int Qr(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 0) is not var (_, _, options))
            return CommandTable.BadCall;
        using var authority = Read(options);
        if (ServiceAddress.Read(options.Data) is not { } service)
            throw new IOException($"The service of '{options.Data}' does not run.");
        // An address, as not every phone finds the names that machines at home give themselves.
        var address = ServerNames.OfMachine([]).Addresses.FirstOrDefault(static a => !IPAddress.IsLoopback(a) && a.AddressFamily == AddressFamily.InterNetwork);
        var page = new UriBuilder("http", address?.ToString() ?? Dns.GetHostName(), service.Port, "/trust").Uri.AbsoluteUri;
        Console.Write(QrCode.Text(page));
        Console.WriteLine(page);
        Describe(authority);
        return CommandTable.Done;
    }

    private static async Task<int> RenewAsync(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 0, Authority) is not var (line, _, options))
            return CommandTable.BadCall;
        var withAuthority = line.Value(Authority.Name) is not null;
        if (await RunningService.AskAsync(options, HttpMethod.Post, $"/api/tls/renew{(withAuthority ? "?authority=true" : "")}", null, ApiJson.Web.TlsBody) is null)
        {
            var safe = HouseholdKeys.Of(options, TimeProvider.System, NullLoggerFactory.Instance);
            await using var database = await HouseholdDatabase.OpenAsync(DataCommand.Existing(options), safe, TimeProvider.System, NullLoggerFactory.Instance, default);
            var keys = await HouseholdDatabase.OpenKeysAsync(options, safe, database, TimeProvider.System, default);
            using var certificates = new LocalCertificates(options.CertificateFolder, keys, () => ServerNames.OfMachine(options.Hosts), TimeProvider.System, NullLogger.Instance);
            await certificates.RenewAsync(withAuthority, default);
        }

        return Show([.. arguments.Where(static a => a != "--authority")]);
    }

    private static X509Certificate2 Read(EdgeDbOptions options) =>
        CertificateFile.ReadPublic(LocalCertificates.AuthorityPath(DataCommand.Existing(options).CertificateFolder))
        ?? throw new HouseholdException(HouseholdError.NotFound, "There is no authority yet: it is made when somebody comes over https, or by 'edgedb tls renew'.");

    private static void Describe(X509Certificate2 authority)
    {
        Console.WriteLine($"{ConsoleText.Printable(authority.GetNameInfo(X509NameType.SimpleName, forIssuer: false))}, valid to {authority.NotAfter.ToUniversalTime():yyyy-MM-dd}");
        Console.WriteLine($"SHA-256 {Fingerprint.Of(authority)}");
    }
}
