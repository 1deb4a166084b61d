using System.Security.Cryptography;
using System.Text;
using EdgeDb.Core.Caching;
using EdgeDb.Core.Pipeline;
using Xunit;

namespace EdgeDb.Core.Tests.Pipeline;

public sealed class SealedAnswerTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly CacheTags _tags = new();
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(SealedAnswer.SecretBytes);

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(10_000)]
    public void What_was_sealed_opens_as_it_was(int length)
    {
        var answer = Answer(length);
        _time.Advance(TimeSpan.FromSeconds(7));
        var opened = Open("key", Seal("key", answer));
        Assert.NotNull(opened);
        Assert.Equal(answer.Plain.Body.ToArray(), opened.Plain.Body.ToArray());
        Assert.Equal((answer.ContentType, answer.Plain.EntityTag, answer.IsVersioned, answer.Started), (opened.ContentType, opened.Plain.EntityTag, opened.IsVersioned, opened.Started));
        Assert.Equal(answer.Tags, opened.Tags);
        Assert.Equal(TimeSpan.FromSeconds(7), _time.GetElapsedTime(opened.MadeAt));
    }

    [Fact]
    public void Bytes_of_which_one_bit_is_another_do_not_open()
    {
        var sealedBytes = Seal("key", Answer(40));
        for (var bit = 0; bit < sealedBytes.Length * 8; bit++)
        {
            var changed = (byte[])sealedBytes.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(Open("key", changed));
        }
    }

    [Fact]
    public void Bytes_that_were_cut_off_or_added_to_do_not_open()
    {
        var sealedBytes = Seal("key", Answer(40));
        for (var length = 0; length < sealedBytes.Length; length++)
        {
            Assert.Null(Open("key", sealedBytes[..length]));
            Assert.Null(Open("key", sealedBytes[length..][..^Math.Min(1, sealedBytes.Length - length - 1)]));
        }

        Assert.Null(Open("key", [.. sealedBytes, 0]));
    }

    [Fact]
    public void Under_another_key_or_by_another_run_it_does_not_open()
    {
        var sealedBytes = Seal("route\x1frow\x1fparents", Answer(40));
        Assert.Null(Open("route\x1frow\x1fchildren", sealedBytes));
        Assert.Null(Open("", sealedBytes));
        Assert.Null(SealedAnswer.Open(RandomNumberGenerator.GetBytes(SealedAnswer.SecretBytes), "route\x1frow\x1fparents", sealedBytes, _tags, default, _time));
    }

    [Fact]
    public void After_the_clock_was_set_back_it_does_not_open_as_nobody_knows_its_age()
    {
        var sealedBytes = Seal("key", Answer(40));
        _time.SetUtcNow(_time.GetUtcNow() - TimeSpan.FromSeconds(1));
        Assert.Null(Open("key", sealedBytes));
    }

    private Answer Answer(int length) =>
        new(Encoding.UTF8.GetBytes(new string('x', length)), "text/plain", "\"tag\"", isVersioned: true, [_tags.Get("a"), _tags.Get("b/1")], _tags.Now, _time.GetTimestamp());

    private byte[] Seal(string key, Answer answer)
    {
        var bytes = SealedAnswer.Seal(_secret, key, answer, _time.GetUtcNow() - _time.GetElapsedTime(answer.MadeAt));
        Assert.NotNull(bytes);
        return bytes;
    }

    private Answer? Open(string key, byte[] bytes) => SealedAnswer.Open(_secret, key, bytes, _tags, default, _time);
}
