using System.Buffers;
using System.Security.Cryptography;
using EdgeDb.Core.Caching;
using EdgeDb.Core.Connections;

namespace EdgeDb.Core.Pipeline;

/// <summary>Takes an answer while it is made: its body and what it is made of.</summary>
internal sealed class AnswerBuilder
{
    private const int HashBytes = 12;

    private readonly PooledBuffer _body = new();
    private readonly List<CacheTag> _tags = [];
    private readonly CacheTags _registry;
    private readonly long _started;
    private readonly long _madeAt;
    private readonly RedisRead _read;
    private string? _version;
    private int _tagFrom;

    internal AnswerBuilder(CacheTags registry, PipelineFeatures features, long madeAt, RedisRead read = default)
    {
        Features = features;
        _registry = registry;
        _started = registry.Now;
        _madeAt = madeAt;
        _read = read;
    }

    /// <summary>What the request goes through for which it is made.</summary>
    public PipelineFeatures Features { get; }

    /// <summary>Takes the body.</summary>
    public IBufferWriter<byte> Body => _body;

    public string ContentType { get; set; } = "application/json; charset=utf-8";

    /// <summary>Says that the answer shows something of a topic, whatever row.</summary>
    public void DependsOn(string topic) => _tags.Add(_registry.Get(topic));

    /// <summary>Says that of a topic the answer shows one row's part at most.</summary>
    public void DependsOn(string topic, string row)
    {
        _tags.Add(_registry.Get(TagNames.Row(topic, row)));
        var whole = _registry.Get(TagNames.AllRows(topic));
        if (!_tags.Contains(whole))
            _tags.Add(whole);
    }

    /// <summary>Has the version of the one row it shows as its entity tag, so that it can come back as If-Match. Else the tag is a hash of the body.</summary>
    public void HasVersion(long version) => _version = VersionTag(version);

    /// <summary>The entity tag of a row of that version.</summary>
    public static string VersionTag(long version) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>What was written so far is left out of the entity tag: the time of day, which alone is no reason to send everything anew.</summary>
    public void BeginEntityTag() => _tagFrom = _body.WrittenCount;

    /// <summary>The answer; nothing more can be written.</summary>
    internal Answer Build()
    {
        var body = _body.Take();
        return new(
            body, ContentType, _version ?? $"\"{Convert.ToHexStringLower(SHA256.HashData(body.AsSpan(_tagFrom)).AsSpan(0, HashBytes))}\"", _version is not null, [.. _tags],
            _started, _madeAt) { Read = _read };
    }
}
