namespace EdgeDb.Api;

internal sealed record NoticeBody(string Id, string Text, string? Color, string? MemberId, string CreatedAt, string ExpiresAt, long Version);

internal sealed record NoticeList(IReadOnlyList<NoticeBody> Items, string? Next);

internal sealed record NoticeInput(string? Text, string? Color, string? ExpiresAt);
