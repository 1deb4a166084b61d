namespace EdgeDb.Core.Connections;

/// <summary>
/// FNV-1a over UTF-16 units with the finalizer of MurmurHash3. Not string.GetHashCode: that one differs from process to process, and an id is kept
/// in histories.
/// </summary>
internal static class Fingerprint
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <param name="text">What is hashed.</param>
    /// <param name="kind">Keeps a name apart from a statement of the same text.</param>
    public static ulong Of(ReadOnlySpan<char> text, char kind)
    {
        var hash = (Offset ^ kind) * Prime;
        foreach (var c in text)
            hash = (hash ^ c) * Prime;
        // FNV alone leaves the low bits of short texts close together, and tables are indexed by them.
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        return hash ^ (hash >> 33);
    }
}
