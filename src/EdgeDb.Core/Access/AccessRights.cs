using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace EdgeDb.Core.Access;

/// <summary>A set of rights, one bit each. Its text form is a list of scopes such as <c>events:read calendars:read</c>.</summary>
/// <param name="Bits">Bit <c>4 × domain + verb</c>.</param>
public readonly record struct AccessRights(ulong Bits)
{
    private const int Verbs = 4;
    private const int MaxDomains = 64 / Verbs;

    private static readonly string[] DomainNames = [.. Enum.GetValues<AccessDomain>().Select(static d => d.ToString().ToLowerInvariant())];
    private static readonly string[] VerbNames = [.. Enum.GetValues<AccessVerb>().Select(static v => v.ToString().ToLowerInvariant())];

    /// <summary>No right at all.</summary>
    public static AccessRights None => default;

    /// <summary>One right.</summary>
    public static AccessRights Of(AccessDomain domain, AccessVerb verb)
    {
        // A 17th would be the first again: somebody who may read the household could do what it names.
        Debug.Assert((int)domain < MaxDomains, "There is no room for another domain; widen the bits.");
        return new(1UL << (((int)domain * Verbs) + (int)verb));
    }

    /// <summary>True when the right is among these.</summary>
    public bool Contains(AccessDomain domain, AccessVerb verb) => (Bits & Of(domain, verb).Bits) != 0;

    /// <summary>True when these are no more than <paramref name="others"/>.</summary>
    public bool IsWithin(AccessRights others) => (Bits & ~others.Bits) == 0;

    /// <summary>These and those.</summary>
    public static AccessRights operator |(AccessRights left, AccessRights right) => new(left.Bits | right.Bits);

    /// <summary>What both have.</summary>
    public static AccessRights operator &(AccessRights left, AccessRights right) => new(left.Bits & right.Bits);

    /// <summary>Reads <see cref="ToString"/>'s form; false when a scope in it is unknown, which <paramref name="unknown"/> then names.</summary>
    public static bool TryParse(string text, out AccessRights rights, out string unknown)
    {
        rights = None;
        unknown = "";
        foreach (var scope in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (scope.Split(':') is not [var domain, var verb]
                || Array.IndexOf(DomainNames, domain) is var d && d < 0
                || Array.IndexOf(VerbNames, verb) is var v && v < 0)
            {
                unknown = scope;
                return false;
            }

            rights |= Of((AccessDomain)d, (AccessVerb)v);
        }

        return true;
    }

    /// <summary>The scopes, in the order of domains and verbs, with spaces between.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (var d = 0; d < DomainNames.Length; d++)
            for (var v = 0; v < Verbs; v++)
                if (Contains((AccessDomain)d, (AccessVerb)v))
                    text.Append(text.Length == 0 ? "" : " ").Append(CultureInfo.InvariantCulture, $"{DomainNames[d]}:{VerbNames[v]}");
        return text.ToString();
    }
}
