using EdgeDb.Hosting;

namespace EdgeDb.Api;

// The shapes of /api/session, /api/accounts, /api/sessions, /api/pairings, /api/devices and /api/tokens in /openapi/v1.json.

internal sealed record VisitorBody(string Id, string Name);

internal sealed record SessionBody(
    bool Claimed,
    bool NeedsSetupCode,
    string? Role,
    string? Name,
    string? Account,
    string? Member,
    string? Device,
    int? VisitSeconds,
    IReadOnlyList<string> Rights,
    IReadOnlyList<string> OwnRights,
    IReadOnlyList<VisitorBody> Visitors,
    string? Provider);

internal sealed record SignInInput(string? Name, string? Password, string? Totp, string? Account, string? Pin);

internal sealed record SetupInput(string? Name, string? Password, string? Member, string? Code);

internal sealed record AccountBody(
    string Id,
    string Name,
    string Role,
    string? Member,
    string? Hours,
    bool Disabled,
    bool HasPassword,
    bool HasPin,
    bool HasTotp,
    int RecoveryCodes,
    string? Provider,
    string CreatedAt,
    long Version);

internal sealed record AccountList(IReadOnlyList<AccountBody> Items, string? Next);

internal sealed record AccountInput(string? Name, string? Role, string? Member, string? Hours, string? Password);

internal sealed record AccountChange(string? Name, string? Role, string? Member, string? Hours, bool? Disabled);

internal sealed record PasswordInput(string? Password, string? Current);

internal sealed record PinInput(string? Pin, string? Current);

internal sealed record ConfirmInput(string? Current);

internal sealed record OpenIdAddressBody(string Address);

internal sealed record OpenIdLinkInput(string? Subject);

internal sealed record TotpInput(string? Code);

/// <summary>A QR code as the path of an SVG of this size.</summary>
internal sealed record QrBody(int Size, string Path)
{
    public static QrBody Of(string text)
    {
        var (size, path) = QrCode.Path(text);
        return new(size, path);
    }
}

internal sealed record TotpBody(string Secret, string Uri, QrBody Qr);

internal sealed record RecoveryCodesBody(IReadOnlyList<string> Codes);

internal sealed record SignedInBody(string Id, string? Account, string Name, bool Device, string Agent, string CreatedAt, string SeenAt, bool Current);

internal sealed record SignedInList(IReadOnlyList<SignedInBody> Items, string? Next);

internal sealed record PairingBody(string Code, string Secret, string Address, QrBody Qr, int ExpiresInSeconds);

internal sealed record WaitingDeviceBody(string Code, string Agent);

internal sealed record ApprovalInput(string? Name);

internal sealed record PairingSecretInput(string? Secret);

internal sealed record PairingStateBody(bool Paired);

internal sealed record DeviceBody(string Id, string Name, string? ApprovedBy, string Agent, string CreatedAt, string SeenAt);

internal sealed record DeviceList(IReadOnlyList<DeviceBody> Items, string? Next);

internal sealed record TokenInput(string? Name, IReadOnlyList<string>? Scopes, int? ExpiresInDays);

internal sealed record TokenBody(string Id, string Name, string Account, IReadOnlyList<string> Scopes, string CreatedAt, string? ExpiresAt, string? SeenAt);

internal sealed record TokenList(IReadOnlyList<TokenBody> Items, string? Next, IReadOnlyList<string> Scopes);

internal sealed record NewTokenBody(string Id, string Name, string Account, IReadOnlyList<string> Scopes, string CreatedAt, string? ExpiresAt, string? SeenAt, string Token);

internal sealed record AccessTokenInput(IReadOnlyList<string>? Scopes);

internal sealed record AccessTokenBody(string Token, string ExpiresAt);
