using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace EdgeDb.Core.Connections;

/// <summary>A Lua script, named to the server by its hash.</summary>
internal sealed class RedisScript(string text)
{
    /// <summary>The source.</summary>
    public string Text { get; } = text;

    /// <summary>What EVALSHA calls it.</summary>
    public string Hash { get; } = HashOf(text);

    [SuppressMessage("Security", "CA5350", Justification = "Redis names scripts by SHA-1; it protects nothing.")]
    private static string HashOf(string text) => Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text)));
}
