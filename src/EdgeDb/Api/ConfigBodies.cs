namespace EdgeDb.Api;

// The shapes of /api/config in /openapi/v1.json.

internal sealed record SettingBody(
    string Name,
    string Variable,
    string Option,
    string Type,
    string Value,
    string Source,
    string From,
    string? AfterRestart,
    string Default,
    string Unit,
    string Range,
    string Description,
    string TakesEffect,
    bool Changeable,
    bool Secret);

internal sealed record SettingList(IReadOnlyList<SettingBody> Items, string? Next);

internal sealed record SettingInputBody(string? Value);
