using System.Net;
using System.Net.Sockets;

namespace EdgeDb.Core.Accounts;

/// <summary>
/// Lets people in: password and second factor, or a PIN at a paired device. Wrong attempts delay the account's name and the address they come from; a device that the account was
/// used on within 30 days is not delayed for the account, so that others cannot keep its owner out.
/// </summary>
internal sealed class SignInService(AccountStore accounts, Sessions sessions, PasswordHasher hasher, AttemptLimits limits, Func<TimeOnly> timeOfDay)
{
    private const string WrongCredentials = "Name or password is wrong.";

    /// <summary>Raised for each attempt, on the thread of the request.</summary>
    public event Action<AccountEvent>? Happened;

    /// <summary>Signs in and returns the session and the cookie's text. Throws <see cref="AccountException"/>.</summary>
    /// <param name="name">Name of the account.</param>
    /// <param name="password">Password.</param>
    /// <param name="secondFactor">A code of the second factor or a recovery code; null when none was entered.</param>
    /// <param name="from">Where it comes from.</param>
    /// <param name="cookie">The cookie that the browser has, of a session that may be over; empty for none.</param>
    /// <param name="agent">What the browser calls itself.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<(Session Session, string Cookie)> SignInAsync(
        string name, string password, string? secondFactor, IPAddress? from, string cookie, string agent, CancellationToken ct)
    {
        var account = accounts.FindByName(name);
        var before = sessions.Find(cookie);
        var isKnown = account is not null && before is not null && sessions.KnowsDevice(cookie, account.Id);
        var (nameKey, addressKey) = ($"name:{Shorten(Account.NameKey(name))}", AddressKey(from));
        RequireNoDelay(account, name, from, isKnown ? null : nameKey, addressKey);
        // Counted before it is looked at: many at once would otherwise all be let through by the same delay of none.
        limits.CountWrong(nameKey);
        limits.CountWrong(addressKey);

        var usable = account is { IsDisabled: false } ? account : null;
        if (password.Length > AccountRules.MaxPasswordLength || !await hasher.VerifyAsync(usable?.Password, password, ct).ConfigureAwait(false))
        {
            Tell(AccountEventKind.SignInRefused, account?.Id, name, from, "wrong name or password");
            throw new AccountException(AccountError.Refused, WrongCredentials);
        }

        if (usable!.HasTotp)
        {
            if (string.IsNullOrWhiteSpace(secondFactor))
            {
                limits.Uncount(nameKey);
                limits.Uncount(addressKey);
                throw new AccountException(AccountError.SecondFactorNeeded, "This account has a second factor: enter the code of the authenticator app, or a recovery code.", "totp");
            }

            if (!await accounts.TakeSecondFactorAsync(usable, secondFactor, ct).ConfigureAwait(false))
            {
                Tell(AccountEventKind.SignInRefused, usable.Id, name, from, "wrong second factor");
                throw new AccountException(AccountError.Refused, "The code is wrong, or was used already.", "totp");
            }
        }

        RequireTime(usable);
        var started = await sessions.StartAsync(usable, agent, before, ct).ConfigureAwait(false);
        limits.Forget(nameKey);
        limits.Uncount(addressKey);
        Tell(isKnown ? AccountEventKind.SignedIn : AccountEventKind.NewDevice, usable.Id, usable.Name, from, agent);
        return started;
    }

    /// <summary>
    /// Signs in whom a provider vouches for, and returns the session and the cookie's text. The account's own second factor is not asked for: how many are needed there is the provider's
    /// business, and who is linked was linked by themselves or an owner. Wrong passwords of others delay nobody here. Throws <see cref="AccountException"/>.
    /// </summary>
    /// <param name="link">Whom it vouches for.</param>
    /// <param name="from">Where the browser is.</param>
    /// <param name="before">The session that the browser had; null for none.</param>
    /// <param name="agent">What the browser calls itself.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<(Session Session, string Cookie)> SignInLinkedAsync(AccountLink link, IPAddress? from, Session? before, string agent, CancellationToken ct)
    {
        var account = accounts.FindByLink(link);
        if (account is not { IsDisabled: false })
        {
            Tell(AccountEventKind.SignInRefused, account?.Id, "", from, "the provider vouches for somebody without an account here");
            throw new AccountException(AccountError.Refused, "Nobody here is linked with this account of the provider.");
        }

        RequireTime(account);
        var isKnown = before is not null && sessions.KnowsDevice(before, account.Id);
        var started = await sessions.StartAsync(account, agent, before, ct).ConfigureAwait(false);
        Tell(isKnown ? AccountEventKind.SignedIn : AccountEventKind.NewDevice, account.Id, account.Name, from, agent);
        return started;
    }

    /// <summary>Tells of a sign-in with the provider that proved nothing; a wrong attempt like any other.</summary>
    public void RefuseLinked(IPAddress? from, string why) => Tell(AccountEventKind.SignInRefused, null, "", from, why);

    /// <summary>Lets somebody act with their own rights at a paired device. Throws <see cref="AccountException"/>.</summary>
    public async Task EnterPinAsync(Session device, string accountId, string pin, CancellationToken ct)
    {
        if (!device.IsDevice)
            throw new AccountException(AccountError.Conflict, "A PIN is for paired devices; sign in with the password here.");
        var account = accounts.All.GetValueOrDefault(accountId);
        var (pinKey, deviceKey) = ($"pin:{Shorten(accountId)}", $"device:{device.Id}");
        RequireNoDelay(account, account?.Name ?? "", null, pinKey, deviceKey);
        limits.CountWrong(pinKey);
        limits.CountWrong(deviceKey);
        var usable = account is { IsDisabled: false } ? account : null;
        if (pin.Length > 8 || !await hasher.VerifyAsync(usable?.Pin, pin, ct).ConfigureAwait(false))
        {
            Tell(AccountEventKind.SignInRefused, account?.Id, account?.Name ?? "", null, "wrong PIN");
            throw new AccountException(AccountError.Refused, "The PIN is wrong.");
        }

        RequireTime(usable!);
        limits.Forget(pinKey);
        limits.Uncount(deviceKey);
        // As it is now: it may have been disabled while the PIN was being verified.
        if (accounts.All.GetValueOrDefault(accountId) is not { IsDisabled: false } now || now.Version != usable!.Version || sessions.FindById(device.Id) != device)
            throw new AccountException(AccountError.Refused, "The account was changed meanwhile; enter the PIN again.");
        sessions.Visit(device, now);
        Tell(AccountEventKind.SignedIn, now.Id, now.Name, null, $"PIN at {device.Principal?.Name}");
    }

    /// <summary>Verifies the password of somebody who is signed in and changes something that needs it again. Throws <see cref="AccountException"/>.</summary>
    public async Task ConfirmAsync(Account account, string? password, IPAddress? from, CancellationToken ct)
    {
        var key = $"confirm:{account.Id}";
        RequireNoDelay(account, account.Name, from, key, null);
        limits.CountWrong(key);
        if (password is null or { Length: > AccountRules.MaxPasswordLength } || !await hasher.VerifyAsync(account.Password, password, ct).ConfigureAwait(false))
        {
            Tell(AccountEventKind.SignInRefused, account.Id, account.Name, from, "wrong password for a change");
            throw new AccountException(AccountError.Forbidden, "'current' must be the current password.", "current");
        }

        limits.Forget(key);
    }

    /// <summary>Counts an attempt to guess a code that is for anybody (set-up, pairing); throws <see cref="AccountException"/> while its address has to wait.</summary>
    public void CountGuess(string what, IPAddress? from)
    {
        var key = $"{what}:{AddressKey(from)}";
        RequireNoDelay(null, what, from, key, null);
        limits.CountWrong(key);
    }

    /// <summary>The code was right.</summary>
    public void ForgetGuesses(string what, IPAddress? from) => limits.Forget($"{what}:{AddressKey(from)}");

    /// <summary>Forgets the delays of an account: by somebody who may, or the console.</summary>
    public void Unlock(Account account)
    {
        limits.Forget($"name:{Shorten(Account.NameKey(account.Name))}");
        limits.Forget($"pin:{account.Id}");
        limits.Forget($"confirm:{account.Id}");
    }

    // One home is one network of 64 bits: its machines choose the rest of their addresses as often as they like.
    internal static string AddressKey(IPAddress? from)
    {
        if (from is null)
            return "from:";
        if (from.IsIPv4MappedToIPv6)
            from = from.MapToIPv4();
        if (from.AddressFamily != AddressFamily.InterNetworkV6)
            return $"from:{from}";
        return $"from:{Convert.ToHexStringLower(from.GetAddressBytes().AsSpan(0, 8))}";
    }

    private static string Shorten(string text) => text.Length <= AccountRules.MaxNameLength ? text : text[..AccountRules.MaxNameLength];

    private void RequireNoDelay(Account? account, string name, IPAddress? from, string? first, string? second)
    {
        var delay = TimeSpan.FromTicks(Math.Max(first is null ? 0 : limits.Delay(first).Ticks, second is null ? 0 : limits.Delay(second).Ticks));
        if (delay <= TimeSpan.Zero)
            return;
        Tell(AccountEventKind.SignInDelayed, account?.Id, name, from, $"for {Math.Ceiling(delay.TotalSeconds)} s");
        throw new AccountException(AccountError.Delayed, $"Too many wrong attempts: try again in {Math.Ceiling(delay.TotalSeconds)} seconds.") { RetryAfter = delay };
    }

    private void RequireTime(Account account)
    {
        if (account.Hours is { } hours && !hours.Contains(timeOfDay()))
            throw new AccountException(AccountError.OutOfHours, $"This account may be used from {hours.From:HH\\:mm} to {hours.To:HH\\:mm}.") { Hours = hours };
    }

    private void Tell(AccountEventKind kind, string? accountId, string by, IPAddress? from, string what) =>
        Happened?.Invoke(new(kind, accountId, Shorten(by), from?.ToString() ?? "", what));
}
