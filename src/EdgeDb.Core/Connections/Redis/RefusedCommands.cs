using System.Collections.Frozen;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Commands that a shared connection cannot take. Each caller's answer is the next one in order, and the connection's state belongs to all:
/// a command that answers with a push, never, or much later, or that changes the state, would harm every other caller.
/// </summary>
internal static class RefusedCommands
{
    private const string Pushes = "its answer is a push, so every later answer would meet the wrong command";
    private const string Blocks = "it waits in the server and holds up every command behind it";
    private const string State = "it changes the connection for all of its callers; use the settings";
    private const string Transaction = "commands of other callers would get into the transaction; use a script";

    private static readonly FrozenDictionary<string, string> Reasons = new Dictionary<string, string>
    {
        ["SUBSCRIBE"] = Pushes,
        ["PSUBSCRIBE"] = Pushes,
        ["SSUBSCRIBE"] = Pushes,
        ["UNSUBSCRIBE"] = Pushes,
        ["PUNSUBSCRIBE"] = Pushes,
        ["SUNSUBSCRIBE"] = Pushes,
        ["MONITOR"] = Pushes,
        ["SYNC"] = Pushes,
        ["PSYNC"] = Pushes,
        ["BLPOP"] = Blocks,
        ["BRPOP"] = Blocks,
        ["BRPOPLPUSH"] = Blocks,
        ["BLMOVE"] = Blocks,
        ["BLMPOP"] = Blocks,
        ["BZPOPMIN"] = Blocks,
        ["BZPOPMAX"] = Blocks,
        ["BZMPOP"] = Blocks,
        ["WAIT"] = Blocks,
        ["WAITAOF"] = Blocks,
        ["XREAD"] = Blocks,
        ["XREADGROUP"] = Blocks,
        ["AUTH"] = State,
        ["HELLO"] = State,
        ["SELECT"] = State,
        ["RESET"] = State,
        ["QUIT"] = State,
        ["READONLY"] = State,
        ["READWRITE"] = State,
        ["ASKING"] = State,
        ["CLIENT"] = State,
        ["MULTI"] = Transaction,
        ["EXEC"] = Transaction,
        ["DISCARD"] = Transaction,
        ["WATCH"] = Transaction,
        ["UNWATCH"] = Transaction,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Throws <see cref="ArgumentException"/> with the reason for a command that may not be sent.</summary>
    public static void ThrowIfRefused(string command, ReadOnlySpan<RedisArgument> arguments)
    {
        if (!Reasons.TryGetValue(command, out var reason))
            return;
        // Reading a stream, and asking about clients, is fine; only these forms of it are not.
        if (reason == Blocks && command.StartsWith("XREAD", StringComparison.OrdinalIgnoreCase) && !Names(arguments, "BLOCK"))
            return;
        if (command.Equals("CLIENT", StringComparison.OrdinalIgnoreCase) && !arguments.IsEmpty && !Names(arguments[..1], "REPLY", "TRACKING", "CACHING", "PAUSE"))
            return;
        throw new ArgumentException($"{command} cannot be sent over a shared connection: {reason}.", nameof(command));
    }

    private static bool Names(ReadOnlySpan<RedisArgument> arguments, params ReadOnlySpan<string> words)
    {
        foreach (ref readonly var argument in arguments)
        {
            // Options of XREAD end here; what follows are keys.
            if (argument.Is("STREAMS"))
                return false;
            foreach (var word in words)
            {
                if (argument.Is(word))
                    return true;
            }
        }

        return false;
    }
}
