namespace EdgeDb.Core.Settings;

/// <summary>For whom a feature is on.</summary>
/// <param name="Enabled">Whether for anybody.</param>
/// <param name="Percent">For how many of all identities, 0 to 100.</param>
internal readonly record struct FeatureRollout(bool Enabled, int Percent);
