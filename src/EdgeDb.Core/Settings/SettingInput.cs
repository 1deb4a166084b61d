namespace EdgeDb.Core.Settings;

/// <summary>What one layer says of one setting.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Spelled">The place and the name as its author wrote it: <c>--port</c>, <c>EDGEDB__PORT</c>, <c>/etc/edgedb/edgedb.json:3:5: port</c>. Begins every sentence about it.</param>
/// <param name="Texts">The value as text; several of a list.</param>
internal sealed record SettingInput(SettingLayer Layer, string Spelled, IReadOnlyList<string> Texts);
