using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

public sealed class HttpSettingsTests
{
    [Fact]
    public void The_defaults_can_be_used()
    {
        Assert.Empty(new HttpLimits().Problems());
        Assert.Empty(new HttpSettings { Address = "https://example.org:6333/api" }.Problems());
    }

    [Fact]
    public void Every_wrong_limit_is_named_in_one_message()
    {
        var limits = new HttpLimits { MaxConnections = 10, QueueCapacity = -1, ConnectTimeout = TimeSpan.FromSeconds(-1), IdleTimeout = TimeSpan.Zero };

        var failure = Assert.Throws<ArgumentException>(() => new HttpTransport(limits, TimeProvider.System));

        Assert.Contains("MaxConnectionsPerHost is 30 and MaxConnections 10", failure.Message, StringComparison.Ordinal);
        Assert.Contains("QueueCapacity is -1; the range is 0 to 65536", failure.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectTimeout is -1000 ms", failure.Message, StringComparison.Ordinal);
        Assert.Contains("IdleTimeout is 0 ms", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_wrong_setting_is_named_in_one_message_and_no_secret()
    {
        var settings = new HttpSettings
        {
            Address = "https://user:pass-in-address@example.org/?q=1",
            Trust = new TlsTrust { CaFile = "/no/such.pem", Pins = ["short"] },
            HealthPath = "https://elsewhere.example/",
            Timeout = TimeSpan.Zero,
            Credential = ("api-key", "line\nbreak"),
        };
        using var transport = new HttpTransport(new HttpLimits(), TimeProvider.System);

        var failure = Assert.Throws<ArgumentException>(() => new HttpSource("embeddings", settings, transport));

        foreach (var named in new[] { "'embeddings'", "Address has a user", "CaFile is '/no/such.pem'", "Pins holds 'short'", "HealthPath is", "Timeout is 0 ms", "Credential" })
            Assert.Contains(named, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pass-in-address", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("line", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Trust_without_TLS_is_refused() =>
        Assert.Contains("nothing would be verified", Assert.Single(new HttpSettings { Address = "http://example.org", Trust = new TlsTrust { RequireTls13 = true } }.Problems()), StringComparison.Ordinal);
}
