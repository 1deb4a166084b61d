using EdgeDb.Core.Accounts;
using EdgeDb.Core.Audit;
using EdgeDb.Core.Household;
using EdgeDb.Core.Privacy;

namespace EdgeDb.Hosting;

/// <summary>Names the stores that keep something of persons, for the service and the commands alike.</summary>
internal static class HouseholdPersons
{
    /// <param name="household">Members, calendars, events.</param>
    /// <param name="accounts">Accounts, sessions, tokens.</param>
    /// <param name="audit">The log.</param>
    /// <param name="others">Stores that a running service has besides.</param>
    public static IReadOnlyList<IPersonalData> Stores(HouseholdServices household, AccountServices accounts, AuditLog audit, params ReadOnlySpan<IPersonalData> others) =>
    [
        new HouseholdPersonalData(household.Database, household.Store, household.Feeds),
        new TaskPersonalData(household.Database),
        new AccountPersonalData(household.Database, accounts.Accounts),
        new AuditPersonalData(audit.Reader),
        new FilePersonalData(household.Database),
        .. others,
    ];
}
