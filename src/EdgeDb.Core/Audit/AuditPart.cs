namespace EdgeDb.Core.Audit;

/// <summary>Which detail of an entry; also the bit of <see cref="AuditRow.Personal"/>. As wide as the column: a narrower one would take a changed value for the one it ends with.</summary>
internal enum AuditPart : long
{
    /// <summary>Who did it.</summary>
    Who = 1,

    /// <summary>What was done.</summary>
    What = 2,
}
