using System.Security.Cryptography;
using EdgeDb.Core.Security;

namespace EdgeDb.Core.Accounts;

/// <summary>
/// Devices that ask to be paired. One shows a code; somebody who is signed in enters it elsewhere and approves; the device, which alone has the secret, then gets its session. Ten minutes,
/// one use, in memory: a restart ends them.
/// </summary>
internal sealed class Pairings(TimeProvider time)
{
    /// <summary>Characters of a code: 40 bits, of which an attacker could try a few thousand in its time.</summary>
    public const int CodeCharacters = 8;

    /// <summary>How long a code holds.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>Devices that wait at once.</summary>
    internal const int Most = 16;

    private const int MostOfAddress = 2;
    private const int SecretCharacters = 32;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Pairing> _byCode = new(StringComparer.Ordinal);

    /// <summary>Begins. Throws <see cref="AccountException"/> when too many wait.</summary>
    /// <param name="agent">What the device calls itself.</param>
    /// <param name="from">Where it is; of one place the oldest gives way, so that nobody alone keeps others from being paired.</param>
    public (string Code, string Secret) Begin(string agent, string from)
    {
        lock (_gate)
        {
            RemoveOver();
            var ofAddress = _byCode.Where(waiting => waiting.Value.From == from).ToList();
            if (ofAddress.Count >= MostOfAddress)
                _byCode.Remove(ofAddress.MinBy(static waiting => waiting.Value.Since).Key);
            if (_byCode.Count >= Most)
                throw new AccountException(AccountError.Busy, $"{Most} devices wait to be paired already; try again in ten minutes.") { RetryAfter = Lifetime };
            string code;
            do
                code = ReadableCode.New(CodeCharacters);
            while (_byCode.ContainsKey(code));
            var secret = ReadableCode.New(SecretCharacters);
            _byCode.Add(code, new(secret, agent, from, time.GetTimestamp()));
            return (code, secret);
        }
    }

    /// <summary>What the device with this code calls itself; null when there is none.</summary>
    public string? AgentOf(string typed)
    {
        lock (_gate)
            return Waiting(typed)?.Agent;
    }

    /// <summary>Approves the device with this code. Throws <see cref="AccountException"/> when there is none, or it was approved already.</summary>
    public void Approve(string typed, string name, string? accountId)
    {
        lock (_gate)
        {
            if (Waiting(typed) is not { Approval: null } pairing)
                throw new AccountException(AccountError.NotFound, "No device shows this code; codes hold ten minutes.", "code");
            pairing.Approval = (AccountRules.Name(name), accountId);
        }
    }

    /// <summary>
    /// What the device gets: null while nobody has approved it. Once it is approved this answers once. Throws <see cref="AccountException"/> when the code is over or the secret is
    /// another's.
    /// </summary>
    public (string Name, string? ApprovedBy)? TryTake(string typed, string secret)
    {
        lock (_gate)
        {
            if (Waiting(typed) is not { } pairing || !CryptographicOperations.FixedTimeEquals(
                System.Text.Encoding.UTF8.GetBytes(pairing.Secret), System.Text.Encoding.UTF8.GetBytes(secret)))
                throw new AccountException(AccountError.NotFound, "This code is over; begin again.", "code");
            if (pairing.Approval is { } approval)
            {
                _byCode.Remove(ReadableCode.Read(typed, CodeCharacters)!);
                return approval;
            }

            return null;
        }
    }

    private Pairing? Waiting(string typed)
    {
        RemoveOver();
        return ReadableCode.Read(typed, CodeCharacters) is { } code ? _byCode.GetValueOrDefault(code) : null;
    }

    private void RemoveOver()
    {
        foreach (var (code, pairing) in _byCode)
            if (time.GetElapsedTime(pairing.Since) >= Lifetime)
                _byCode.Remove(code);
    }

    private sealed class Pairing(string secret, string agent, string from, long since)
    {
        public string Secret { get; } = secret;

        public string Agent { get; } = agent;

        public string From { get; } = from;

        public long Since { get; } = since;

        public (string Name, string? ApprovedBy)? Approval { get; set; }
    }
}
