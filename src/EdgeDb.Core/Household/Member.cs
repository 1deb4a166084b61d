namespace EdgeDb.Core.Household;

/// <summary>A person of the household.</summary>
/// <param name="Id">UUIDv7.</param>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="Color"><c>#rrggbb</c>, lower case.</param>
/// <param name="Sample">Belongs to the sample household.</param>
/// <param name="Version">Counts edits, from 1.</param>
public sealed record Member(string Id, string Name, string Color, bool Sample, long Version);
