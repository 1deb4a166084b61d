using System.Globalization;
using System.Text;
using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Redis;

public sealed class RespReadingTests
{
    private const int Limit = 1 << 20;

    /// <summary>Every type of the RESP3 specification, most of them its own examples, and what a reader sees.</summary>
    public static TheoryData<string, string> Messages => new()
    {
        { "$11\r\nhello world\r\n", "BulkString hello world" },
        { "$0\r\n\r\n", "BulkString " },
        { "$4\r\n\r\n\r\n\r\n", "BulkString \r\n\r\n" },
        { "+hello world\r\n", "SimpleString hello world" },
        { "+\r\n", "SimpleString " },
        { "-ERR this is the error description\r\n", "Error ERR this is the error description" },
        { "!21\r\nSYNTAX invalid syntax\r\n", "Error SYNTAX invalid syntax" },
        { ":1234\r\n", "1234" },
        { ":-9223372036854775808\r\n", "-9223372036854775808" },
        { "_\r\n", "null" },
        { "$-1\r\n", "null" },
        { "*-1\r\n", "null" },
        { ",1.23\r\n", "1.23d" },
        { ",10\r\n", "10d" },
        { ",1.5E+3\r\n", "1500d" },
        { ",inf\r\n", "Infinityd" },
        { ",-inf\r\n", "-Infinityd" },
        { ",nan\r\n", "NaNd" },
        { ",-nan\r\n", "NaNd" },
        { ",nan(0x7)\r\n", "NaNd" },
        { "#t\r\n", "True" },
        { "#f\r\n", "False" },
        { "=15\r\ntxt:Some string\r\n", "VerbatimString Some string" },
        { "(3492890328409238509324850943850943825024385\r\n", "BigNumber 3492890328409238509324850943850943825024385" },
        { "*3\r\n:1\r\n:2\r\n:3\r\n", "Array/3[1, 2, 3]" },
        { "*0\r\n", "Array/0[]" },
        { "*2\r\n*3\r\n:1\r\n$5\r\nhello\r\n:2\r\n#f\r\n", "Array/2[Array/3[1, BulkString hello, 2], False]" },
        { "%2\r\n+first\r\n:1\r\n+second\r\n:2\r\n", "Map/4[SimpleString first, 1, SimpleString second, 2]" },
        { "~5\r\n+orange\r\n+apple\r\n#t\r\n:100\r\n:999\r\n", "Set/5[SimpleString orange, SimpleString apple, True, 100, 999]" },
        { ">3\r\n+message\r\n+somechannel\r\n+this is the message\r\n", "Push/3[SimpleString message, SimpleString somechannel, SimpleString this is the message]" },
        { "|1\r\n+key-popularity\r\n%2\r\n$1\r\na\r\n,0.1923\r\n$1\r\nb\r\n,0.0012\r\n*2\r\n:2039123\r\n:9543892\r\n", "Array/2[2039123, 9543892]" },
        { "*3\r\n:1\r\n:2\r\n|1\r\n+ttl\r\n:3600\r\n:3\r\n", "Array/3[1, 2, 3]" },
        { "|0\r\n:5\r\n", "5" },
        { "$?\r\n;4\r\nHell\r\n;5\r\no wor\r\n;1\r\nd\r\n;0\r\n", "BulkString Hello word" },
        { "$?\r\n;0\r\n", "BulkString " },
        { "*?\r\n:1\r\n:2\r\n:3\r\n.\r\n", "Array/3[1, 2, 3]" },
        { "%?\r\n+a\r\n:1\r\n+b\r\n:2\r\n.\r\n", "Map/4[SimpleString a, 1, SimpleString b, 2]" },
        { "~?\r\n*?\r\n.\r\n$?\r\n;1\r\nx\r\n;0\r\n.\r\n", "Set/2[Array/0[], BulkString x]" },
        { "*2\r\n%0\r\n_\r\n", "Array/2[Map/0[], null]" },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void Each_type_is_read_however_its_bytes_are_split(string message, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(message);
        for (var piece = 1; piece <= bytes.Length; piece++)
            Assert.Equal([expected], ReadAll(bytes, piece));
    }

    [Fact]
    public void Messages_that_come_together_are_read_one_by_one()
    {
        var messages = Messages.ToArray();
        var bytes = Encoding.UTF8.GetBytes(string.Concat(messages.Select(row => row.Data.Item1)));
        foreach (var piece in new[] { 1, 2, 3, 7, 100, bytes.Length })
            Assert.Equal(messages.Select(row => row.Data.Item2), ReadAll(bytes, piece));
    }

    [Theory]
    [InlineData("hello\r\n", "begins with the byte 0x68")]
    [InlineData("\r\n", "a line is empty")]
    [InlineData(":1\n", "does not end with CR LF")]
    [InlineData(":12x\r\n", "type Number is misspelt")]
    [InlineData(":+1\r\n", "type Number is misspelt")]
    [InlineData(":\r\n", "type Number is misspelt")]
    [InlineData(":9223372036854775808\r\n", "type Number is misspelt")]
    [InlineData("#x\r\n", "type Boolean is misspelt")]
    [InlineData("_0\r\n", "type Null is misspelt")]
    [InlineData(",1.2.3\r\n", "type Double is misspelt")]
    [InlineData("(12a\r\n", "type BigNumber is misspelt")]
    [InlineData("(-\r\n", "type BigNumber is misspelt")]
    [InlineData("$5\r\nhelloX\r\n", "does not end where its length says")]
    [InlineData("$-2\r\n", "length of a string is no number")]
    [InlineData("$x\r\n", "length of a string is no number")]
    [InlineData("$536870913\r\n", "announces 536870913")]
    [InlineData("$99999999999999999999\r\n", "length of a string is no number")]
    [InlineData("*16777217\r\n", "announces 16777217")]
    [InlineData("%8388609\r\n", "announces 8388609")]
    [InlineData("=3\r\ntxt\r\n", "no format")]
    [InlineData("*1\r\n>1\r\n+x\r\n", "a push begins inside")]
    [InlineData(">?\r\n", "length of an aggregate is no number")]
    [InlineData(".\r\n", "an end stands where")]
    [InlineData("*1\r\n.\r\n", "an end stands where")]
    [InlineData("%?\r\n+a\r\n.\r\n", "an end stands where")]
    [InlineData("*?\r\n|1\r\n.\r\n", "an end stands where")]
    [InlineData("$?\r\n:1\r\n", "a streamed string is interrupted")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n", "begins with the byte 0x48")]
    public void What_is_not_RESP3_is_refused_with_the_reason(string message, string reason)
    {
        var failure = Assert.Throws<RedisException>(() => ReadAll(Encoding.UTF8.GetBytes(message), 1));
        Assert.Equal(RedisFailure.Protocol, failure.Failure);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_lines_and_elements_are_bounded()
    {
        var deep = string.Concat(Enumerable.Repeat("*1\r\n", RespGrammar.MaxDepth));
        Assert.Single(ReadAll(Encoding.UTF8.GetBytes(deep + ":1\r\n"), 1000));
        Assert.Contains("nested deeper than 32", Refusal(deep + "*1\r\n:1\r\n"), StringComparison.Ordinal);
        Assert.Contains("a line is longer than 65536", Refusal("+" + new string('x', 70_000)), StringComparison.Ordinal);
        Assert.Contains("a line is longer than 65536", Refusal("+" + new string('x', 70_000) + "\r\n"), StringComparison.Ordinal);

        var scanner = default(RespScanner);
        scanner.TryAdvance("*?\r\n"u8, out _);
        Assert.Contains("more than 16777216 elements", Assert.Throws<RedisException>(() =>
        {
            while (!scanner.TryAdvance("|0\r\n_\r\n"u8, out _))
            {
            }
        }).Message, StringComparison.Ordinal);

        static string Refusal(string message) => Assert.Throws<RedisException>(() => ReadAll(Encoding.UTF8.GetBytes(message), 5000)).Message;
    }

    [Fact]
    public void A_value_read_as_another_type_says_what_it_is()
    {
        Assert.Equal("The answer is of type Null, not a number.", Wrong("_\r\n", static value => value.AsInt64()));
        Assert.Equal("The answer is of type Array, not a string.", Wrong("*0\r\n", static value => value.AsText()));
        Assert.Equal("The answer is of type Number, not a boolean.", Wrong(":1\r\n", static value => value.AsBoolean()));
        Assert.Equal("The answer is of type BulkString, not a double.", Wrong("$1\r\n1\r\n", static value => value.AsDouble()));

        static string Wrong<T>(string message, Read<T> read) => Assert.Throws<InvalidOperationException>(() =>
        {
            ReadOnlySpan<byte> bytes = Encoding.UTF8.GetBytes(message);
            read(RespValue.Read(ref bytes));
        }).Message;
    }

    [Fact]
    public void Damaged_messages_are_refused_or_read_but_never_crash_or_hang()
    {
        var random = new Random(20);
        var seeds = Messages.Select(row => Encoding.UTF8.GetBytes(row.Data.Item1)).ToArray();
        for (var round = 0; round < 200_000; round++)
        {
            var bytes = seeds[random.Next(seeds.Length)].Concat(seeds[random.Next(seeds.Length)]).ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                var at = random.Next(bytes.Length);
                bytes = random.Next(4) switch
                {
                    0 => [.. bytes[..at], .. bytes[(at + 1)..], (byte)'\n'],
                    1 => [.. bytes[..at], "*$%~|>:?;.-_"u8[random.Next(12)], .. bytes[at..]],
                    2 => [.. bytes[..at], (byte)random.Next(256), .. bytes[(at + 1)..]],
                    _ => [.. bytes[..at], (byte)random.Next('0', '9' + 1), .. bytes[at..]],
                };
            }

            try
            {
                ReadAll(bytes, random.Next(1, bytes.Length + 1));
            }
            catch (RedisException refused)
            {
                Assert.Equal(RedisFailure.Protocol, refused.Failure);
            }
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task An_array_of_a_million_elements_that_comes_byte_by_byte_takes_linear_time()
    {
        // 4 MB in 4 million pieces: a reader that began anew with each piece would look at 8 * 10^12 bytes.
        await Task.Yield();
        var bytes = Encoding.UTF8.GetBytes("*1000000\r\n" + string.Concat(Enumerable.Repeat(":1\r\n", 1_000_000)));
        using var buffer = new ReceiveBuffer(bytes.Length);
        var messages = 0;
        foreach (var one in bytes)
        {
            buffer.Free().Span[0] = one;
            buffer.Received(1);
            while (buffer.TryTake(out var message, out _))
            {
                messages++;
                Assert.Equal(bytes.Length, message.Length);
            }
        }

        Assert.Equal(1, messages);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(100_000)]
    public void A_message_above_the_limit_is_skipped_in_a_small_buffer_and_the_next_one_is_read(int piece)
    {
        var large = new byte[5_000_000];
        byte[] bytes =
        [
            .. "$5000000\r\n"u8, .. large, .. "\r\n:1\r\n"u8,
            .. "*?\r\n"u8, .. Enumerable.Repeat(":7\r\n"u8.ToArray(), 500_000).SelectMany(static e => e), .. ".\r\n:2\r\n"u8,
            .. ">1\r\n$5000000\r\n"u8, .. large, .. "\r\n:3\r\n"u8,
        ];
        using var buffer = new ReceiveBuffer(Limit);
        var seen = new List<string>();
        var largest = 0;
        for (var at = 0; at < bytes.Length;)
        {
            var free = buffer.Free();
            largest = Math.Max(largest, free.Length + buffer.PartialBytes);
            var count = Math.Min(piece, Math.Min(free.Length, bytes.Length - at));
            bytes.AsSpan(at, count).CopyTo(free.Span);
            buffer.Received(count);
            at += count;
            while (buffer.TryTake(out var message, out var kind))
                seen.Add(message.IsEmpty ? $"skipped {kind}" : Show(RespValue.Read(ref message)));
        }

        Assert.Equal(["skipped BulkString", "1", "skipped Array", "2", "skipped Push", "3"], seen);
        Assert.InRange(largest, 0, 2 * Limit);
    }

    private delegate T Read<out T>(RespValue value);

    private static List<string> ReadAll(byte[] bytes, int piece)
    {
        using var buffer = new ReceiveBuffer(Limit);
        var values = new List<string>();
        for (var at = 0; at < bytes.Length;)
        {
            var free = buffer.Free();
            var count = Math.Min(piece, Math.Min(free.Length, bytes.Length - at));
            bytes.AsSpan(at, count).CopyTo(free.Span);
            buffer.Received(count);
            at += count;
            while (buffer.TryTake(out var message, out var kind))
            {
                // What a skipped message was is its kind; a message in one piece has to leave nothing over.
                var value = message.IsEmpty ? "" : Show(RespValue.Read(ref message));
                Assert.True(message.IsEmpty);
                Assert.NotEqual(RespKind.None, kind);
                values.Add(value);
            }
        }

        return values;
    }

    private static string Show(RespValue value)
    {
        switch (value.Kind)
        {
            case RespKind.Number:
                return value.AsInt64().ToString(CultureInfo.InvariantCulture);
            case RespKind.Double:
                return value.AsDouble().ToString(CultureInfo.InvariantCulture) + "d";
            case RespKind.Boolean:
                return value.AsBoolean().ToString();
            case RespKind.Null:
                return "null";
            case RespKind.Array or RespKind.Map or RespKind.Set or RespKind.Push:
                var parts = new List<string>();
                foreach (var part in value)
                    parts.Add(Show(part));
                return $"{value.Kind}/{value.Count}[{string.Join(", ", parts)}]";
            default:
                return $"{value.Kind} {value.AsText()}";
        }
    }
}
