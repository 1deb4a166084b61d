using EdgeDb.Core.Certificates;
using Xunit;

namespace EdgeDb.Core.Tests.Certificates;

public sealed class LocalCertificatesTests
{
    [Fact]
    public async Task Nothing_is_made_before_somebody_asks_and_then_only_the_owner_may_read_it()
    {
        await using var household = await TemporaryCertificates.StartAsync();
        Assert.False(Directory.Exists(household.Folder));

        using var authority = await household.AuthorityAsync();
        var shown = await household.ShownAsync();

        Assert.Equal("", TemporaryCertificates.Verdict(authority, shown, household.Time.GetUtcNow()));
        var names = ServerNames.Of(shown);
        Assert.Equal(["localhost", "pi", "pi.fritz.box", "pi.home.arpa", "pi.internal", "pi.lan", "pi.local"], names.Names.Order(StringComparer.Ordinal));
        Assert.Equal(["127.0.0.1", "192.168.178.20", "::1", "fd00::20"], names.Addresses.Select(static a => a.ToString()).Order(StringComparer.Ordinal));
        if (OperatingSystem.IsWindows())
            return;
        foreach (var file in Directory.GetFiles(household.Folder))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(household.Folder));
        Assert.DoesNotContain("BEGIN PRIVATE", await File.ReadAllTextAsync(household.AuthorityFile, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restart_shows_the_same_certificate()
    {
        await using var household = await TemporaryCertificates.StartAsync();
        var before = await household.ShownAsync();
        using var authority = await household.AuthorityAsync();

        await household.RestartAsync();

        Assert.Equal(before.Thumbprint, (await household.ShownAsync()).Thumbprint);
        Assert.True((await household.ShownAsync()).HasPrivateKey);
        using var same = await household.AuthorityAsync();
        Assert.Equal(authority.Thumbprint, same.Thumbprint);
    }

    [Fact]
    public async Task Handshakes_at_once_make_one_certificate()
    {
        await using var household = await TemporaryCertificates.StartAsync();

        var shown = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => household.ShownAsync("192.168.178.20"))));

        Assert.Single(shown.Select(static c => c.Thumbprint).Distinct());
        Assert.Equal(2, household.Looks);
    }

    [Fact]
    public async Task It_is_renewed_long_before_its_end_while_the_service_runs()
    {
        await using var household = await TemporaryCertificates.StartAsync();
        var first = await household.ShownAsync();

        household.Time.SetUtcNow(first.NotAfter.ToUniversalTime().AddDays(-91));
        Assert.Same(first, await household.ShownAsync());
        household.Time.SetUtcNow(first.NotAfter.ToUniversalTime().AddDays(-89));
        var second = await household.ShownAsync();

        Assert.NotEqual(first.Thumbprint, second.Thumbprint);
        using var authority = await household.AuthorityAsync();
        Assert.Equal("", TemporaryCertificates.Verdict(authority, second, household.Time.GetUtcNow().AddDays(300)));
        await household.RestartAsync();
        Assert.Equal(second.Thumbprint, (await household.ShownAsync()).Thumbprint);
    }

    [Fact]
    public async Task A_clock_that_was_left_behind_changes_nothing_and_one_that_was_years_ahead_is_made_good()
    {
        await using var household = await TemporaryCertificates.StartAsync();
        household.Time.SetUtcNow(new(2027, 6, 1, 0, 0, 0, TimeSpan.Zero));
        var first = await household.ShownAsync();

        household.Time.SetUtcNow(new(2027, 5, 10, 0, 0, 0, TimeSpan.Zero));
        await household.RestartAsync();
        Assert.Equal(first.Thumbprint, (await household.ShownAsync()).Thumbprint);

        household.Time.SetUtcNow(new(2033, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await household.ShownAsync();
        household.Time.SetUtcNow(new(2027, 6, 2, 0, 0, 0, TimeSpan.Zero));
        var corrected = await household.ShownAsync();

        using var authority = await household.AuthorityAsync();
        Assert.Equal("", TemporaryCertificates.Verdict(authority, corrected, household.Time.GetUtcNow()));
    }

    [Fact]
    public async Task On_a_clock_that_stands_at_its_beginning_the_certificate_is_that_of_the_year_of_the_release()
    {
        await using var household = await TemporaryCertificates.StartAsync();
        household.Time.SetUtcNow(DateTimeOffset.UnixEpoch);

        var shown = await household.ShownAsync();

        Assert.Equal(2026, shown.NotBefore.ToUniversalTime().Year);
        Assert.Same(shown, await household.ShownAsync());
    }

    [Fact]
    public async Task An_address_at_which_somebody_arrives_is_added_at_once()
    {
        await using var household = await TemporaryCertificates.StartAsync();
        var first = await household.ShownAsync("192.168.178.20");

        household.Addresses[0] = "10.0.0.7";
        Assert.Same(first, await household.ShownAsync("::ffff:192.168.178.20"));
        var second = await household.ShownAsync("::ffff:10.0.0.7");

        Assert.Contains("10.0.0.7", ServerNames.Of(second).Addresses.Select(static a => a.ToString()));
        Assert.DoesNotContain("192.168.178.20", ServerNames.Of(second).Addresses.Select(static a => a.ToString()));
        Assert.Same(second, await household.ShownAsync("10.0.0.7"));
    }

    [Fact]
    public async Task A_public_address_is_in_no_certificate_and_costs_no_look_at_the_interfaces()
    {
        await using var household = await TemporaryCertificates.StartAsync();
        household.Addresses.Add("2001:db8::5");
        var first = await household.ShownAsync("2001:db8::5");

        var looks = household.Looks;
        Assert.Same(first, await household.ShownAsync("2001:db8::5"));
        Assert.Equal(looks, household.Looks);
        Assert.DoesNotContain("2001:db8::5", ServerNames.Of(first).Addresses.Select(static a => a.ToString()));
    }

    [Fact]
    public async Task Names_that_change_are_noticed_within_an_hour()
    {
        await using var household = await TemporaryCertificates.StartAsync();
        household.Given.Add("board.example.org");
        var first = await household.ShownAsync();

        household.Time.Advance(TimeSpan.FromMinutes(61));
        Assert.Same(first, await household.ShownAsync());
        household.Given.Add("kitchen.local");
        household.Time.Advance(TimeSpan.FromMinutes(61));

        Assert.Contains("kitchen.local", ServerNames.Of(await household.ShownAsync()).Names);
    }

    [Fact]
    public async Task A_name_that_the_authority_may_not_sign_is_left_out_and_told_until_there_is_a_new_authority()
    {
        await using var household = await TemporaryCertificates.StartAsync();
        await household.ShownAsync();
        household.Given.Add("late.example.org");
        household.Time.Advance(TimeSpan.FromHours(2));

        Assert.DoesNotContain("late.example.org", ServerNames.Of(await household.ShownAsync()).Names);
        Assert.Contains(household.Log, static line => line.Contains("to late.example.org:", StringComparison.Ordinal) && line.Contains("--authority", StringComparison.Ordinal));
        using var old = await household.AuthorityAsync();
        await household.Local.RenewAsync(authority: true, TestContext.Current.CancellationToken);

        Assert.Contains("late.example.org", ServerNames.Of(await household.ShownAsync()).Names);
        using var renewed = await household.AuthorityAsync();
        Assert.NotEqual(old.Subject, renewed.Subject);
        Assert.Equal("", TemporaryCertificates.Verdict(renewed, await household.ShownAsync(), household.Time.GetUtcNow()));
        Assert.Single(Directory.GetFiles(household.Folder, "authority.pem.*.old"));
    }

    [Fact]
    public async Task Every_changed_byte_of_either_file_is_detected_named_and_left_as_it_is()
    {
        await using var household = await TemporaryCertificates.StartAsync();
        await household.ShownAsync();
        foreach (var file in (string[])[household.AuthorityFile, household.ServerFile])
        {
            var whole = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            for (var at = 0; at < whole.Length; at++)
            {
                var changed = (byte[])whole.Clone();
                changed[at] ^= 1;
                await File.WriteAllBytesAsync(file, changed, TestContext.Current.CancellationToken);
                await household.RestartAsync();

                var refused = await Assert.ThrowsAsync<CertificateFileException>(() => household.ShownAsync());
                Assert.Contains(file, refused.Message, StringComparison.Ordinal);
                Assert.Equal(changed, await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
            }

            await File.WriteAllBytesAsync(file, whole, TestContext.Current.CancellationToken);
        }

        await household.RestartAsync();
        await household.ShownAsync();
    }

    [Fact]
    public async Task A_file_that_was_cut_off_is_detected_wherever_it_ends()
    {
        await using var household = await TemporaryCertificates.StartAsync();
        await household.ShownAsync();
        var whole = await File.ReadAllBytesAsync(household.ServerFile, TestContext.Current.CancellationToken);
        for (var length = 0; length < whole.Length; length += 7)
        {
            await File.WriteAllBytesAsync(household.ServerFile, whole[..length], TestContext.Current.CancellationToken);
            await household.RestartAsync();
            Assert.Contains(household.ServerFile, (await Assert.ThrowsAsync<CertificateFileException>(() => household.ShownAsync())).Message, StringComparison.Ordinal);
        }

        // Somebody who asks for a new one gets it, and the broken one stays.
        await household.Local.RenewAsync(authority: false, TestContext.Current.CancellationToken);
        await household.ShownAsync();
        Assert.Single(Directory.GetFiles(household.Folder, "server.pem.*.old"));
    }

    [Fact]
    public async Task The_files_of_another_place_do_not_open_here()
    {
        await using var household = await TemporaryCertificates.StartAsync();
        await household.ShownAsync();
        File.Copy(household.AuthorityFile, household.ServerFile, overwrite: true);
        await household.RestartAsync();

        Assert.Contains(household.ServerFile, (await Assert.ThrowsAsync<CertificateFileException>(() => household.ShownAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_master_key_is_told_once_and_makes_no_new_authority()
    {
        await using var household = await TemporaryCertificates.StartAsync();
        await household.ShownAsync();
        File.Delete(household.MasterFile);
        await household.RestartAsync();
        household.Log.Clear();

        foreach (var _ in Enumerable.Range(0, 3))
            Assert.Contains(household.AuthorityFile, (await Assert.ThrowsAsync<CertificateFileException>(() => household.ShownAsync())).Message, StringComparison.Ordinal);

        Assert.Single(household.Log);
    }

    [Fact]
    public async Task Keys_that_are_replaced_leave_authority_and_certificate_as_they_were()
    {
        await using var household = await TemporaryCertificates.StartAsync();
        var shown = await household.ShownAsync();
        using var authority = await household.AuthorityAsync();
        var sealedBefore = await File.ReadAllTextAsync(household.AuthorityFile, TestContext.Current.CancellationToken);

        Assert.Equal(0, await household.RotateKeysAsync());

        Assert.NotEqual(sealedBefore, await File.ReadAllTextAsync(household.AuthorityFile, TestContext.Current.CancellationToken));
        await household.RestartAsync();
        Assert.Equal(shown.Thumbprint, (await household.ShownAsync()).Thumbprint);
        using var same = await household.AuthorityAsync();
        Assert.Equal(authority.Thumbprint, same.Thumbprint);
        await File.AppendAllTextAsync(household.ServerFile, "x", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(household.AuthorityFile, "half a file", TestContext.Current.CancellationToken);
        Assert.Equal(2, await household.RotateKeysAsync());
    }

    [Fact]
    public async Task An_authority_that_ends_soon_is_used_to_its_end_and_then_named()
    {
        await using var household = await TemporaryCertificates.StartAsync();
        using var authority = await household.AuthorityAsync();
        var end = new DateTimeOffset(authority.NotAfter).ToUniversalTime();

        household.Time.SetUtcNow(end.AddDays(-10));
        var last = await household.ShownAsync();
        Assert.Equal(authority.NotAfter, last.NotAfter);
        Assert.Same(last, await household.ShownAsync());
        household.Time.SetUtcNow(end.AddDays(1));

        Assert.Contains("renew --authority", (await Assert.ThrowsAsync<CertificateFileException>(() => household.ShownAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fingerprint_is_shown_in_groups_that_can_be_read_aloud()
    {
        await using var household = await TemporaryCertificates.StartAsync();
        using var authority = await household.AuthorityAsync();

        Assert.Matches("^([0-9A-F]{4} ){15}[0-9A-F]{4}$", Fingerprint.Of(authority));
        Assert.Equal(authority.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256), Fingerprint.Of(authority).Replace(" ", "", StringComparison.Ordinal));
        using var fromFile = CertificateFile.ReadPublic(household.AuthorityFile)!;
        Assert.Equal(authority.RawData, fromFile.RawData);
        Assert.False(fromFile.HasPrivateKey);
    }
}
