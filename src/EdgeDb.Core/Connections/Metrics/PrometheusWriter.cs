using System.Buffers;
using System.Globalization;
using System.Text;

namespace EdgeDb.Core.Connections;

/// <summary>Writes UTF-8 and numbers into a buffer writer, without a string in between.</summary>
internal ref struct PrometheusWriter(IBufferWriter<byte> target)
{
    // The longest number: "-2.2250738585072014E-308".
    private const int MaxNumberBytes = 32;
    private const int LeastSpace = 1024;

    private Span<byte> _space;
    private int _used;

    public void Write(scoped ReadOnlySpan<byte> text)
    {
        Ensure(text.Length);
        text.CopyTo(_space[_used..]);
        _used += text.Length;
    }

    public void Write(double value)
    {
        // Counts are whole numbers, and 1E+06 would be right but nothing to look at.
        if (Math.Abs(value) < 1L << 53 && Math.Floor(value) == value)
        {
            Write((long)value);
            return;
        }
        if (!double.IsFinite(value))
        {
            Write(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "+Inf"u8 : "-Inf"u8);
            return;
        }
        Ensure(MaxNumberBytes);
        value.TryFormat(_space[_used..], out var written, default, CultureInfo.InvariantCulture);
        _used += written;
    }

    public void Write(long value)
    {
        Ensure(MaxNumberBytes);
        value.TryFormat(_space[_used..], out var written, default, CultureInfo.InvariantCulture);
        _used += written;
    }

    /// <summary>A help text: only backslash and line break mean something there.</summary>
    public static byte[] Help(string text) =>
        Encoding.UTF8.GetBytes(text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal));

    /// <summary>Hands over what was written.</summary>
    public void Flush()
    {
        if (_used > 0)
            target.Advance(_used);
        _space = [];
        _used = 0;
    }

    private void Ensure(int bytes)
    {
        if (_space.Length - _used >= bytes)
            return;
        Flush();
        _space = target.GetSpan(Math.Max(bytes, LeastSpace));
    }
}
