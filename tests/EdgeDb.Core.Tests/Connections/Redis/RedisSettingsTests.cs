using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Redis;

public sealed class RedisSettingsTests
{
    [Theory]
    [InlineData("redis://cache", "redis://cache:6379/0")]
    [InlineData("redis://cache:6380/", "redis://cache:6380/0")]
    [InlineData("rediss://cache.example.org/7", "rediss://cache.example.org:6379/7")]
    [InlineData("redis://[::1]:6379/15", "redis://[::1]:6379/15")]
    public void An_address_has_a_host_a_port_and_a_database(string address, string shown)
    {
        var settings = new RedisSettings { Address = address };
        Assert.Empty(Problems(settings));
        Assert.Equal(shown, settings.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("cache:6379")]
    [InlineData("http://cache")]
    [InlineData("redis://")]
    [InlineData("redis://cache/one")]
    [InlineData("redis://cache/-1")]
    [InlineData("redis://cache/1/2")]
    [InlineData("redis://cache/1?db=2")]
    [InlineData("redis://cache:0")]
    [InlineData("redis://cache:65536")]
    [InlineData("redis://user:secret@cache")]
    public void Another_address_is_refused_without_repeating_what_may_be_secret_in_it(string address)
    {
        var problem = Assert.Single(Problems(new RedisSettings { Address = address }));
        Assert.StartsWith("cache-1: Address ", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_problem_is_in_the_one_message()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("empty.pem"), "no certificate");
        var settings = new RedisSettings
        {
            Address = "redis://cache",
            User = "",
            CaFile = folder.File("empty.pem"),
            ConnectTimeout = TimeSpan.FromMilliseconds(9),
            CommandTimeout = TimeSpan.FromSeconds(-1),
            SilenceLimit = TimeSpan.FromMinutes(11),
            KeepAlive = TimeSpan.Zero,
            MaxInFlight = 0,
            MaxUnsentBytes = 1023,
            MaxReplyBytes = int.MaxValue,
            Tracking = new RedisTracking(),
        };

        var failure = Assert.Throws<ArgumentException>(() => new RedisSource("cache-1", settings, null, TimeProvider.System, NullLogger.Instance));
        string[] expected =
        [
            "User is set without a Password", "User is empty", "but Address is not rediss://", "holds no certificate",
            "ConnectTimeout is 9 ms; the range is 10 ms to 60 s", "CommandTimeout is -1000 ms; the range is",
            "SilenceLimit is 660 s; the range is", "KeepAlive is 0 ms; the range is", "MaxInFlight is 0; the range is 1 to 65536",
            "MaxUnsentBytes is 1023; the range is 1024 to 536870912", "MaxReplyBytes is 2147483647; the range is 1024 to 536870912", "Tracking is set, but nobody",
        ];
        Assert.All(expected, part => Assert.Contains(part, failure.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_silence_limit_below_the_command_timeout_is_refused() => Assert.Contains(
        Problems(new RedisSettings { Address = "redis://cache", CommandTimeout = TimeSpan.FromSeconds(6) }),
        static problem => problem.Contains("SilenceLimit is 5000 ms and CommandTimeout 6000 ms", StringComparison.Ordinal));

    [Fact]
    public void A_missing_file_of_authorities_is_refused() => Assert.Contains(
        Problems(new RedisSettings { Address = "rediss://cache", CaFile = "/none/ca.pem" }),
        static problem => problem.Contains("CaFile is '/none/ca.pem', which cannot be read", StringComparison.Ordinal));

    [Fact]
    public void The_password_is_not_shown() =>
        Assert.Equal("redis://app@cache:6379/0", new RedisSettings { Address = "redis://cache", User = "app", Password = "secret" }.ToString());

    private static List<string> Problems(RedisSettings settings)
    {
        var problems = new List<string>();
        settings.Validate("cache-1", problems);
        return problems;
    }
}
