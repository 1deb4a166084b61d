using System.Buffers.Binary;
using System.Security.Cryptography;

namespace EdgeDb.Core.Accounts;

/// <summary>
/// Argon2id version 1.3 (RFC 9106): a hash of passwords that costs memory, so that many guesses at once are dear. The first half of the first pass takes
/// its references from a counter and not from the data, so nothing of the password shows in what is read when. Words are taken as they lie in memory: for
/// processors of little end, which are all that .NET makes native code for here.
/// </summary>
internal static unsafe class Argon2id
{
    private const int Version = 0x13;
    private const int TypeId = 2;
    private const int SyncPoints = 4;

    /// <summary>Computes a hash of the length of <paramref name="hash"/>, at least 4 bytes. Throws <see cref="InsufficientMemoryException"/> when there is no memory for it.</summary>
    /// <param name="password">The password.</param>
    /// <param name="salt">At least 8 bytes.</param>
    /// <param name="cost">Memory, passes and lanes.</param>
    /// <param name="hash">Takes the hash.</param>
    /// <param name="secret">K of the RFC: a key that is not stored with the hash; may be empty.</param>
    /// <param name="data">X of the RFC: what the hash is bound to; may be empty.</param>
    public static void Hash(
        ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, Argon2Cost cost, Span<byte> hash, ReadOnlySpan<byte> secret = default, ReadOnlySpan<byte> data = default)
    {
        if (!cost.IsAcceptable)
            throw new ArgumentOutOfRangeException(nameof(cost), cost, "Not a cost this program computes.");
        ArgumentOutOfRangeException.ThrowIfLessThan(salt.Length, 8, nameof(salt));
        ArgumentOutOfRangeException.ThrowIfLessThan(hash.Length, 4, nameof(hash));

        Span<byte> start = stackalloc byte[Blake2b.MaxHashBytes + (2 * sizeof(int))];
        Start(password, salt, cost, hash.Length, secret, data, start);
        var segment = cost.MemoryKiB / (SyncPoints * cost.Lanes);
        var lane = segment * SyncPoints;
        using var memory = new Argon2Memory(lane * cost.Lanes);
        for (var l = 0; l < cost.Lanes; l++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(start[^4..], l);
            for (var i = 0; i < 2; i++)
            {
                BinaryPrimitives.WriteInt32LittleEndian(start[^8..], i);
                LongHash(start, new Span<byte>(memory.Block((l * lane) + i), Argon2Blocks.Bytes));
            }
        }

        for (var pass = 0; pass < cost.Passes; pass++)
        for (var slice = 0; slice < SyncPoints; slice++)
        for (var l = 0; l < cost.Lanes; l++)
            Fill(memory, cost, segment, pass, slice, l);

        var last = memory.Block(lane - 1);
        for (var l = 1; l < cost.Lanes; l++)
        {
            var other = memory.Block((l * lane) + lane - 1);
            for (var i = 0; i < Argon2Blocks.Words; i++)
                last[i] ^= other[i];
        }

        LongHash(new ReadOnlySpan<byte>(last, Argon2Blocks.Bytes), hash);
        CryptographicOperations.ZeroMemory(start);
    }

    /// <summary>H0 of RFC 9106 §3.2.</summary>
    private static void Start(
        ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, Argon2Cost cost, int hashBytes, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> data, Span<byte> start)
    {
        var blake = new Blake2b(Blake2b.MaxHashBytes);
        blake.Append(cost.Lanes);
        blake.Append(hashBytes);
        blake.Append(cost.MemoryKiB);
        blake.Append(cost.Passes);
        blake.Append(Version);
        blake.Append(TypeId);
        blake.Append(password.Length);
        blake.Append(password);
        blake.Append(salt.Length);
        blake.Append(salt);
        blake.Append(secret.Length);
        blake.Append(secret);
        blake.Append(data.Length);
        blake.Append(data);
        blake.Finish(start[..Blake2b.MaxHashBytes]);
    }

    /// <summary>H' of RFC 9106 §3.3: a BLAKE2b of any length.</summary>
    private static void LongHash(ReadOnlySpan<byte> input, Span<byte> output)
    {
        const int Half = Blake2b.MaxHashBytes / 2;
        var blake = new Blake2b(Math.Min(output.Length, Blake2b.MaxHashBytes));
        blake.Append(output.Length);
        blake.Append(input);
        if (output.Length <= Blake2b.MaxHashBytes)
        {
            blake.Finish(output);
            return;
        }

        Span<byte> link = stackalloc byte[Blake2b.MaxHashBytes];
        blake.Finish(link);
        while (true)
        {
            link[..Half].CopyTo(output);
            output = output[Half..];
            if (output.Length <= Blake2b.MaxHashBytes)
                break;
            Blake2b.Hash(link, link);
        }

        Blake2b.Hash(link, output);
        CryptographicOperations.ZeroMemory(link);
    }

    private static void Fill(Argon2Memory memory, Argon2Cost cost, int segment, int pass, int slice, int lane)
    {
        var laneLength = segment * SyncPoints;
        // Both of this segment's first blocks exist already.
        var from = pass == 0 && slice == 0 ? 2 : 0;
        var byCounter = pass == 0 && slice < SyncPoints / 2;
        var buffers = stackalloc ulong[3 * Argon2Blocks.Words];
        ulong* zero = buffers, input = buffers + Argon2Blocks.Words, addresses = input + Argon2Blocks.Words;
        new Span<ulong>(buffers, 3 * Argon2Blocks.Words).Clear();
        if (byCounter)
        {
            input[0] = (ulong)pass;
            input[1] = (ulong)lane;
            input[2] = (ulong)slice;
            input[3] = (ulong)(laneLength * cost.Lanes);
            input[4] = (ulong)cost.Passes;
            input[5] = TypeId;
            if (from > 0)
                NextAddresses(zero, input, addresses);
        }

        for (var index = from; index < segment; index++)
        {
            var column = (slice * segment) + index;
            var previous = memory.Block((lane * laneLength) + (column == 0 ? laneLength : column) - 1);
            if (byCounter && index % Argon2Blocks.Words == 0)
                NextAddresses(zero, input, addresses);
            var random = byCounter ? addresses[index % Argon2Blocks.Words] : previous[0];
            var referenceLane = pass == 0 && slice == 0 ? lane : (int)((random >> 32) % (uint)cost.Lanes);
            var reference = Reference(segment, pass, slice, index, (uint)random, referenceLane == lane);
            Argon2Blocks.Compress(
                previous, memory.Block((referenceLane * laneLength) + reference), memory.Block((lane * laneLength) + column), add: pass > 0);
        }
    }

    private static void NextAddresses(ulong* zero, ulong* input, ulong* addresses)
    {
        input[6]++;
        Argon2Blocks.Compress(zero, input, addresses, add: false);
        Argon2Blocks.Compress(zero, addresses, addresses, add: false);
    }

    /// <summary>Which block of the lane is referred to (RFC 9106 §3.4.2): recent ones more often.</summary>
    private static int Reference(int segment, int pass, int slice, int index, uint random, bool sameLane)
    {
        var laneLength = segment * SyncPoints;
        var finished = pass == 0 ? slice * segment : laneLength - segment;
        var area = sameLane ? finished + index - 1 : finished - (index == 0 ? 1 : 0);
        var square = ((ulong)random * random) >> 32;
        var back = ((ulong)area * square) >> 32;
        var start = pass == 0 || slice == SyncPoints - 1 ? 0 : (slice + 1) * segment;
        return (int)(((ulong)start + (ulong)area - 1 - back) % (ulong)laneLength);
    }
}
