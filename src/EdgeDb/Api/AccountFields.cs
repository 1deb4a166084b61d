using System.Text;
using EdgeDb.Core.Access;
using EdgeDb.Core.Accounts;

namespace EdgeDb.Api;

/// <summary>What the requests about accounts have in common.</summary>
internal static class AccountFields
{
    private const int MaxAgentLength = 200;

    /// <summary>An id in a body or query. Required.</summary>
    public static string Id(string? value, string field) => Guid.TryParseExact(value, "D", out var id)
        ? id.ToString()
        : throw ProblemException.Invalid(field, $"'{field}' must be an id such as 019a0c1e-5b7a-7c3e-9f00-0123456789ab.");

    /// <summary>Something that was typed and is compared with a hash. Required; what cannot be typed is refused before anything is computed.</summary>
    public static string Secret(string? value, string field)
    {
        if (value is not { Length: > 0 and <= AccountRules.MaxPasswordLength })
            throw ProblemException.Invalid(field, $"'{field}' must have 1 to {AccountRules.MaxPasswordLength} characters; it has {value?.Length ?? 0}.");
        foreach (var rune in value.EnumerateRunes())
            if (rune == Rune.ReplacementChar || Rune.IsControl(rune))
                throw ProblemException.Invalid(field, $"'{field}' holds a character that nobody can type.");
        return value;
    }

    /// <summary>A PIN that was entered. Required.</summary>
    public static string Pin(string? value) =>
        value is { Length: >= 4 and <= 8 } && value.All(char.IsAsciiDigit) ? value : throw ProblemException.Invalid("pin", "'pin' must have 4 to 8 digits.");

    /// <summary>Refuses a field that does not go with the others.</summary>
    public static void RequireNone(string? value, string field, string why)
    {
        if (value is not null)
            throw ProblemException.Invalid(field, why);
    }

    /// <summary>Scopes of a body. Required when <paramref name="orAll"/> is not set.</summary>
    public static AccessRights? Scopes(IReadOnlyList<string>? value, bool orAll)
    {
        if (value is null)
            return orAll ? null : throw ProblemException.Invalid("scopes", "'scopes' is required: a list such as [\"events:read\"].");
        var rights = AccessRights.None;
        foreach (var scope in value)
        {
            if (scope is null || scope.Length > 50 || scope.Contains(' ', StringComparison.Ordinal) || !AccessRights.TryParse(scope, out var one, out _) || one == AccessRights.None)
                throw ProblemException.Invalid("scopes", "'scopes' holds something that is no scope; one is such as events:read.");
            rights |= one;
        }

        return rights == AccessRights.None ? throw ProblemException.Invalid("scopes", "'scopes' must name at least one right, such as events:read.") : rights;
    }

    /// <summary>Rights as a list.</summary>
    public static IReadOnlyList<string> Scopes(AccessRights rights) => rights.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Refuses who may do it to their own only when it is somebody else's.</summary>
    public static void RequireOwn(HttpContext context, AccessDomain domain, string accountId)
    {
        var ticket = context.Ticket();
        if (ticket.Extent == AccessExtent.All || ticket.Principal!.AccountId == accountId)
            return;
        throw ticket.Principal.Extent(domain, AccessVerb.Read) == AccessExtent.All
            ? new AccountException(AccountError.Forbidden, "You may do this with your own account only.")
            : AccountException.Missing("account");
    }

    /// <summary>What the browser calls itself, on one line.</summary>
    public static string Agent(HttpContext context)
    {
        var agent = context.Request.Headers.UserAgent.ToString();
        agent = agent.Length <= MaxAgentLength ? agent : agent[..MaxAgentLength];
        return string.Concat(agent.Where(static c => !char.IsControl(c) && !char.IsSurrogate(c)));
    }

    /// <summary>Where a request comes from, for those who read of it later.</summary>
    public static string From(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "";
}
