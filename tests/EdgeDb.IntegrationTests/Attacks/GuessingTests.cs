using System.Globalization;
using System.Net;
using EdgeDb.Core.Accounts;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Somebody who guesses, over HTTP: they wait ever longer, and those who live there do not. All of 127.0.0.0/8 are addresses of this machine, and devices of their own to the service.</summary>
public sealed class GuessingTests : IAsyncLifetime
{
    private const string Password = "correct horse battery";

    private readonly TemporaryFolder _folder = new();
    private ServiceProcess _service = null!;
    private Visitor _owner = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await ServiceProcess.StartAsync(_folder.Path);
        using var nobody = new Visitor(_service, "nobody");
        var claimed = await nobody.SendAsync("POST", "/api/setup", new { name = "Ana", password = Password });
        Assert.Equal(201, claimed.Status);
        _owner = new(_service, "owner", "Cookie", claimed.Cookie);
    }

    public async ValueTask DisposeAsync()
    {
        _owner.Dispose();
        await _service.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Who_guesses_waits_ever_longer_from_wherever_and_the_owner_gets_in()
    {
        using var thief = From(66);
        var longest = 0;
        // Until there is more time left than the slowest machine needs for what follows.
        for (var wrong = 0; longest < 16;)
        {
            var answer = await GuessAsync(thief, "wrong");
            Assert.True(answer.Status is 401 or 429, answer.Text);
            if (answer.Status == 401)
                wrong++;
            var wait = Wait(answer);
            Assert.True(wait == 0 || wrong >= AttemptLimits.FirstDelayed, $"{wait} s after {wrong}");
            // What is left of a delay is never more than the doubling allows.
            Assert.True(wait <= 1 << Math.Max(0, wrong - AttemptLimits.FirstDelayed), $"{wait} s after {wrong}");
            longest = Math.Max(longest, wait);
        }

        // The account waits, not only the address: neither another device nor the right password helps.
        using var elsewhere = From(67);
        var refused = await GuessAsync(elsewhere, Password);
        Assert.Equal(429, refused.Status);
        Assert.DoesNotContain("Ana", refused.Text, StringComparison.Ordinal);

        // A device the owner is known on is let in with the right password, and not with a wrong one.
        using var phone = From(68, _owner.Value);
        Assert.Equal(200, (await GuessAsync(phone, Password)).Status);
        using var tablet = From(69);
        Assert.Equal(200, (await tablet.SendAsync("GET", "/api/session")).Status);
        // And whoever sits at the machine is let in anyway, and ends the delay.
        var (code, _, errors) = await ServiceProcess.RunAsync(["account", "unlock", "Ana", "--data", _folder.Path]);
        Assert.True(code == 0, errors);
        Assert.Equal(200, (await GuessAsync(tablet, Password)).Status);
    }

    [Fact]
    public async Task A_device_that_guesses_at_many_accounts_waits_too_and_the_others_do_not()
    {
        using var thief = From(66);
        for (var i = 0; i < AttemptLimits.FirstDelayed; i++)
            Assert.Equal(401, (await GuessAsync(thief, "wrong", $"somebody {i}")).Status);

        // The first delays are short, and a slow machine may be late for one.
        var let = 0;
        while ((await GuessAsync(thief, "wrong", $"somebody else {let}")).Status != 429)
            Assert.InRange(++let, 0, 4);
        using var phone = From(68);
        Assert.Equal(200, (await GuessAsync(phone, Password)).Status);
    }

    [Fact]
    public async Task An_unknown_name_costs_the_service_what_a_wrong_password_does_and_is_answered_the_same()
    {
        const int Accounts = 8;
        const int Attempts = AttemptLimits.FirstDelayed - 1;
        for (var i = 0; i < Accounts; i++)
            Assert.Equal(201, (await _owner.SendAsync("POST", "/api/accounts", new { name = $"known {i}", role = "guest", password = Password })).Status);

        // Once through, so that nothing is compiled or loaded while it counts.
        for (var i = 0; i < 3; i++)
            await MeasureAsync("first", 200 + i, 1);
        var (known, unknown) = (0.0, 0.0);
        string? answered = null;
        for (var i = 0; i < Accounts; i++)
        {
            // By turns, so that whatever else the machine does falls on both.
            var (first, one) = await MeasureAsync($"known {i}", 100 + (2 * i), Attempts);
            var (second, other) = await MeasureAsync($"nobody {i}", 101 + (2 * i), Attempts);
            (known, unknown) = (known + first, unknown + second);
            Assert.Equal(one, other);
            Assert.Equal(answered ??= one, one);
        }

        // Processor time of the service, which waiting for others does not change. Not hashing at all for one of them would be a tenth.
        Assert.InRange(unknown / known, 0.6, 1.7);

        async Task<(double Seconds, string Answer)> MeasureAsync(string name, int from, int attempts)
        {
            using var thief = From(from);
            using var process = System.Diagnostics.Process.GetProcessById(_service.Id);
            var before = process.TotalProcessorTime;
            var answer = "";
            for (var i = 0; i < attempts; i++)
            {
                var reply = await GuessAsync(thief, "wrong", name);
                Assert.Equal(401, reply.Status);
                answer = reply.Text + string.Join('\n', reply.Headers.Split('\n').Where(static header => !header.StartsWith("Date", StringComparison.Ordinal)));
            }

            process.Refresh();
            return ((process.TotalProcessorTime - before).TotalSeconds, answer);
        }
    }

    private static int Wait(Visitor.Reply answer) =>
        answer.Headers.Split('\n').FirstOrDefault(static header => header.StartsWith("Retry-After: ", StringComparison.Ordinal)) is { } header
            ? int.Parse(header["Retry-After: ".Length..], CultureInfo.InvariantCulture)
            : 0;

    private static Task<Visitor.Reply> GuessAsync(Visitor visitor, string password, string name = "Ana") => visitor.SendAsync("POST", "/api/session", new { name, password });

    private Visitor From(int last, string? cookie = null) => new(_service, $"127.0.0.{last}", cookie is null ? null : "Cookie", cookie, IPAddress.Parse($"127.0.0.{last}"));
}
