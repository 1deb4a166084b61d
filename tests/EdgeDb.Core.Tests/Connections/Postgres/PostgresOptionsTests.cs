using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Postgres;

public sealed class PostgresOptionsTests
{
    private static readonly PostgresOptions Good = new() { Host = "db.example", Database = "home", Username = "edge", Password = "secret" };

    [Fact]
    public void Options_without_a_mistake_have_no_problems()
    {
        using var folder = new TemporaryFolder();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        File.WriteAllText(folder.File("ca.crt"), authority.ExportCertificatePem());
        Assert.Empty(Good.Problems());
        Assert.Empty((Good with { Host = "192.0.2.1", CaFile = folder.File("ca.crt"), PoolMode = PostgresPoolMode.Transaction }).Problems());
        Assert.Empty((Good with { Host = "::1", Tls = PostgresTls.Off }).Problems());
    }

    [Fact]
    public void Every_problem_is_told_at_once_with_the_setting_its_value_and_what_to_do()
    {
        var wrong = Good with
        {
            Host = "tcp://db:5432", Port = 0, Password = "", CaFile = "/nowhere/ca.crt", StatementCacheSize = 0, ConnectTimeout = TimeSpan.FromSeconds(-1),
            PoolMode = (PostgresPoolMode)7, Database = " ",
        };
        var failure = Assert.Throws<ArgumentException>(() => new PostgresSource(wrong, TimeProvider.System));
        foreach (var part in new[]
        {
            "Host 'tcp://db:5432' is neither", "Port is 0; the range is 1 to 65535", "Password is empty", "CaFile '/nowhere/ca.crt' does not exist",
            "StatementCacheSize is 0", "ConnectTimeout is -1000 ms", "PoolMode is 7; it is one of Session, Transaction", "Database is blank",
        })
        {
            Assert.Contains(part, failure.Message, StringComparison.Ordinal);
        }

        Assert.Equal(8, wrong.Problems().Count);
    }

    [Fact]
    public void A_CA_file_that_nothing_would_check_is_refused() =>
        Assert.Contains("nothing would be checked", Assert.Single((Good with { Tls = PostgresTls.Off, CaFile = "/etc/ca.crt" }).Problems()), StringComparison.Ordinal);

    [Theory]
    [InlineData("", "holds no certificate in PEM form")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be read (")]
    public void A_CA_file_without_an_authority_is_refused_before_it_is_needed(string text, string reason)
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("ca.crt");
        File.WriteAllText(file, text);
        Assert.Contains($"CaFile '{file}' {reason}", Assert.Single((Good with { CaFile = file }).Problems()), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_in_a_log_show_no_password() => Assert.DoesNotContain("secret", Good.ToString(), StringComparison.Ordinal);
}
