namespace EdgeDb.Core.Accounts;

/// <summary>What a hash of <see cref="Argon2id"/> costs (RFC 9106 §3.1).</summary>
/// <param name="MemoryKiB">Memory, at least 8 a lane.</param>
/// <param name="Passes">Passes over the memory, at least 1.</param>
/// <param name="Lanes">Lanes, at least 1. They are worked through one after the other.</param>
internal readonly record struct Argon2Cost(int MemoryKiB, int Passes, int Lanes)
{
    /// <summary>
    /// 7 MiB, 5 passes: one of the equivalent choices of the OWASP Password Storage Cheat Sheet, the one of least memory. A board of 512 MB hashes
    /// while it serves, and no lane runs beside another there.
    /// </summary>
    public static Argon2Cost Standard { get; } = new(7168, 5, 1);

    // A stored hash is data: a changed one must not make a sign-in take all memory or a day.
    private const int MostMemoryKiB = 64 * 1024;
    private const int MostPasses = 16;
    private const int MostLanes = 4;

    /// <summary>Within what this program computes: at most 64 MiB, 16 passes, 4 lanes.</summary>
    public bool IsAcceptable => Lanes is >= 1 and <= MostLanes && Passes is >= 1 and <= MostPasses && MemoryKiB >= 8 * Lanes && MemoryKiB <= MostMemoryKiB;
}
