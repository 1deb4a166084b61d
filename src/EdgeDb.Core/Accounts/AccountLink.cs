namespace EdgeDb.Core.Accounts;

/// <summary>Who an account is to an OpenID Connect provider.</summary>
/// <param name="Provider">Its issuer, without a slash at the end.</param>
/// <param name="Subject">Its name for the person (<c>sub</c>): theirs for ever, unlike a mail address.</param>
internal sealed record AccountLink(string Provider, string Subject);
