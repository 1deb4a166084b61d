using EdgeDb.Core.Access;

namespace EdgeDb.Core.Accounts;

/// <summary>
/// Tells answers that last (server-sent events) when who asked for them may not have them any more: signed out, revoked, or with other rights than before.
/// </summary>
internal sealed class PrincipalWatch
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Principal, CancellationTokenSource> _watched = new(ReferenceEqualityComparer.Instance);

    /// <summary>Cancelled when <paramref name="principal"/> stops being valid; at once when <paramref name="isValid"/> says that it is not.</summary>
    public CancellationToken Watch(Principal principal, Func<Principal, bool> isValid)
    {
        CancellationToken token;
        lock (_gate)
        {
            if (!_watched.TryGetValue(principal, out var source))
                _watched.Add(principal, source = new());
            token = source.Token;
        }

        // Asked afterwards: an end that came before this was watched would never be told.
        if (!isValid(principal))
            End(principal);
        return token;
    }

    /// <summary>Tells it.</summary>
    public void End(Principal principal)
    {
        CancellationTokenSource? source;
        lock (_gate)
            _watched.Remove(principal, out source);
        // What is woken by it must not run here, where locks may be held.
        if (source is not null)
            _ = source.CancelAsync();
    }
}
