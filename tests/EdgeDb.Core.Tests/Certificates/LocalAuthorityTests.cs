using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeDb.Core.Certificates;
using Xunit;

namespace EdgeDb.Core.Tests.Certificates;

/// <summary>What the household's authority is good for, as OpenSSL judges it.</summary>
public sealed class LocalAuthorityTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2027, 5, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly X509Certificate2 _authority = LocalAuthority.Create(
        "pi", new NameConstraints([.. HomeNetwork.Domains, "localhost", "pi", "board.example.org"]), Now);

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData("pi")]
    [InlineData("localhost")]
    [InlineData("pi.local")]
    [InlineData("any.pi.home.arpa")]
    [InlineData("pi.fritz.box")]
    [InlineData("board.example.org")]
    [InlineData("www.board.example.org")]
    public void Servers_at_home_are_believed(string name) => Assert.Equal("", Verdict(SignedFor([name], [])));

    [Theory]
    [InlineData("10.1.2.3")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.0.1")]
    [InlineData("169.254.1.1")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("fd12:3456::1")]
    public void Private_addresses_are_believed(string address) => Assert.Equal("", Verdict(SignedFor([], [address])));

    [Theory]
    [InlineData("example.com")]
    [InlineData("example.org")]
    [InlineData("xboard.example.org")]
    [InlineData("local.example.com")]
    [InlineData("com")]
    public void A_certificate_for_anybody_elses_name_is_refused_though_the_authority_has_signed_it(string name) =>
        Assert.Contains("NotPermittedNameConstraint", Verdict(SignedFor(["pi.local", name], [])), StringComparison.Ordinal);

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("192.169.0.1")]
    [InlineData("2001:db8::1")]
    [InlineData("::2")]
    public void A_certificate_for_an_address_of_the_internet_is_refused(string address) =>
        Assert.Contains("NotPermittedNameConstraint", Verdict(SignedFor([], [address])), StringComparison.Ordinal);

    [Fact]
    public void It_signs_servers_and_no_other_authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=between", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var unsigned = request.Create(_authority, Now.AddDays(-1), Now.AddDays(1), [1]);
        using var between = unsigned.CopyWithPrivateKey(key);
        using var server = LocalAuthority.Sign(between, new(["pi.local"], []), Now);

        Assert.Contains("InvalidBasicConstraints", TemporaryCertificates.Verdict(_authority, server, Now, between), StringComparison.Ordinal);
        var limits = _authority.Extensions.OfType<X509BasicConstraintsExtension>().Single();
        Assert.True(limits is { Critical: true, CertificateAuthority: true, HasPathLengthConstraint: true, PathLengthConstraint: 0 });
        Assert.True(_authority.Extensions["2.5.29.30"]!.Critical);
    }

    [Fact]
    public void It_is_valid_on_a_clock_that_was_left_behind_and_for_ten_years()
    {
        using var server = LocalAuthority.Sign(_authority, new(["pi.local"], []), Now);

        Assert.Equal(new DateTime(2026, 1, 1), _authority.NotBefore.ToUniversalTime());
        Assert.Equal(Now.AddYears(10).UtcDateTime, _authority.NotAfter.ToUniversalTime());
        Assert.InRange(server.NotAfter - server.NotBefore, TimeSpan.FromDays(300), TimeSpan.FromDays(397));
        Assert.Equal("", TemporaryCertificates.Verdict(_authority, server, Now.AddDays(-29)));
    }

    [Fact]
    public void What_it_permits_is_read_from_its_certificate()
    {
        var constraints = NameConstraints.Of(_authority);

        Assert.Equal([.. HomeNetwork.Domains, "localhost", "pi", "board.example.org"], constraints.Domains);
        Assert.True(constraints.Permits("Other.LOCAL"));
        Assert.False(constraints.Permits("other.example"));
        Assert.False(constraints.Permits("xpi"));
    }

    private string Verdict(X509Certificate2 certificate)
    {
        using (certificate)
            return TemporaryCertificates.Verdict(_authority, certificate, Now);
    }

    // With the key, around every check of ours.
    private X509Certificate2 SignedFor(string[] names, string[] addresses) =>
        LocalAuthority.Sign(_authority, new(names, [.. addresses.Select(IPAddress.Parse)]), Now);
}
