namespace EdgeDb.Core.Pipeline;

/// <summary>An answer in one coding, as it is sent.</summary>
/// <param name="Body">The bytes.</param>
/// <param name="Coding">What they are.</param>
/// <param name="EntityTag">Strong, in quotes: names exactly these bytes.</param>
internal sealed record AnswerForm(ReadOnlyMemory<byte> Body, ContentCoding Coding, string EntityTag);
