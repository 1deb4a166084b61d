using System.Buffers;
using System.Globalization;

namespace EdgeDb.Core.Connections;

/// <summary>Commands in the form in which they are sent: arrays of bulk strings in one pooled buffer. Not thread-safe.</summary>
internal sealed class SendBuffer
{
    private const int InitialBytes = 4 << 10;

    // A buffer that grew beyond this for one large value is given back after it was sent.
    private const int KeptBytes = 64 << 10;

    // "$<length>\r\n" and the "\r\n" behind the argument, at most.
    private const int FramingBytes = 16;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(InitialBytes);

    /// <summary>Bytes it holds.</summary>
    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>The most bytes a command can take.</summary>
    public static long MeasureMost(string command, ReadOnlySpan<RedisArgument> arguments)
    {
        long size = (2 * FramingBytes) + (command.Length * 3);
        foreach (ref readonly var argument in arguments)
            size += argument.SizeBytes + FramingBytes;
        return size;
    }

    /// <summary>Appends a command that takes at most <paramref name="sizeMost"/> bytes.</summary>
    public void Write(string command, ReadOnlySpan<RedisArgument> arguments, int sizeMost)
    {
        EnsureFree(sizeMost);
        WriteHeader((byte)'*', arguments.Length + 1);
        WriteArgument(command);
        foreach (ref readonly var argument in arguments)
            WriteArgument(argument);
    }

    /// <summary>Forgets what it holds.</summary>
    public void Clear()
    {
        Length = 0;
        if (_bytes.Length <= KeptBytes)
            return;
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = ArrayPool<byte>.Shared.Rent(InitialBytes);
    }

    private void WriteArgument(in RedisArgument argument)
    {
        var size = argument.SizeBytes;
        WriteHeader((byte)'$', size);
        argument.CopyTo(_bytes.AsSpan(Length, size));
        Length += size;
        WriteLineEnd();
    }

    private void WriteHeader(byte type, int number)
    {
        _bytes[Length++] = type;
        number.TryFormat(_bytes.AsSpan(Length), out var digits, provider: CultureInfo.InvariantCulture);
        Length += digits;
        WriteLineEnd();
    }

    private void WriteLineEnd()
    {
        _bytes[Length++] = (byte)'\r';
        _bytes[Length++] = (byte)'\n';
    }

    private void EnsureFree(int size)
    {
        if (_bytes.Length - Length >= size)
            return;
        var grown = ArrayPool<byte>.Shared.Rent(Math.Max(Length + size, _bytes.Length * 2));
        Written.Span.CopyTo(grown);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = grown;
    }
}
