using System.Collections.Concurrent;

namespace EdgeDb.Core.Accounts;

/// <summary>
/// Second factors that are being set up: the app has the secret, and it counts once a code has shown that. One an account, for ten minutes, in memory.
/// </summary>
internal sealed class Enrolments(TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, (byte[] Secret, long Since)> _byAccount = new(StringComparer.Ordinal);

    /// <summary>A new secret, in the place of one that was begun before.</summary>
    public byte[] Begin(string accountId)
    {
        var secret = Totp.NewSecret();
        _byAccount[accountId] = (secret, time.GetTimestamp());
        return secret;
    }

    /// <summary>The secret, and the step whose code this is. Throws <see cref="AccountException"/> for another code, and when nothing was begun.</summary>
    public (byte[] Secret, long Step) Confirm(string accountId, string code)
    {
        if (!_byAccount.TryGetValue(accountId, out var begun) || time.GetElapsedTime(begun.Since) >= Lifetime)
            throw new AccountException(AccountError.Conflict, "Begin again: the secret to be confirmed is over or was never made.");
        if (Totp.Match(begun.Secret, code, time.GetUtcNow(), 0) is not { } step)
            throw AccountException.Bad("code", "'code' is not what the app shows now. When it keeps being wrong, compare the clocks of phone and board.");
        _byAccount.TryRemove(accountId, out _);
        return (begun.Secret, step);
    }
}
