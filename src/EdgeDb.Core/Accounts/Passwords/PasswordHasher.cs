namespace EdgeDb.Core.Accounts;

/// <summary>
/// Hashes one password at a time: two at once would be twice the memory and no sooner done on a board whose other cores serve. A bounded number wait.
/// </summary>
internal sealed class PasswordHasher : IDisposable
{
    /// <summary>Most that wait for their turn. Each takes about 0.2 s on the board, so who came later would wait longer than people do.</summary>
    internal const int WaitersMost = 16;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly PasswordHash _nobody;
    private readonly Argon2Cost _cost;
    private int _inside;

    /// <param name="cost">For new hashes.</param>
    public PasswordHasher(Argon2Cost cost)
    {
        _cost = cost;
        // Of no password: verifying it fails after the same work as any other. Nothing is computed for it at start.
        _nobody = PasswordHash.Parse($"$argon2id$v=19$m={cost.MemoryKiB},t={cost.Passes},p={cost.Lanes}$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")!;
    }

    /// <summary>A hash to store. Throws <see cref="AccountException"/> when too many wait.</summary>
    public Task<PasswordHash> HashAsync(string password, CancellationToken ct) =>
        TakeTurnAsync((password, _cost), static state => PasswordHash.Create(state.password, state._cost), ct);

    /// <summary>
    /// Whether the password is that of the hash. Null is an account that does not exist, or that has none: the answer is no, after as much work, so that time
    /// does not tell which names exist. Throws <see cref="AccountException"/> when too many wait.
    /// </summary>
    public Task<bool> VerifyAsync(PasswordHash? hash, string password, CancellationToken ct) =>
        TakeTurnAsync((hash ?? _nobody, hash is not null, password), static state => state.Item1.Verify(state.password) & state.Item2, ct);

    public void Dispose() => _turn.Dispose();

    private async Task<TResult> TakeTurnAsync<TState, TResult>(TState state, Func<TState, TResult> work, CancellationToken ct)
    {
        try
        {
            if (Interlocked.Increment(ref _inside) > WaitersMost + 1)
                throw new AccountException(AccountError.Busy, $"{WaitersMost} sign-ins wait already; try again in a moment.");
            await _turn.WaitAsync(ct).ConfigureAwait(false);
            try
            {
                return await Task.Run(() => work(state), CancellationToken.None).ConfigureAwait(false);
            }
            finally
            {
                _turn.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }
}
