using System.Security.Cryptography;
using EdgeDb.Core.Security;

namespace EdgeDb.Core.Backups;

/// <summary>Writes header and chunks of a <see cref="BackupFormat"/>. Holds two chunks of memory, whatever the size of the file.</summary>
internal sealed class SealedChunkWriter : Stream
{
    private readonly Stream _target;
    private readonly AesGcm _aes;
    private readonly byte[] _header = new byte[BackupFormat.HeaderBytes];
    private readonly byte[] _plain = new byte[BackupFormat.ChunkBytes];
    private readonly byte[] _sealed = new byte[BackupFormat.ChunkBytes + BackupFormat.TagBytes];
    private int _filled;
    private long _chunk;

    /// <summary>Writes the header. <paramref name="target"/> is not disposed.</summary>
    public SealedChunkWriter(Stream target, MasterKey master)
    {
        _target = target;
        Span<byte> key = stackalloc byte[Seal.KeyBytes];
        RandomNumberGenerator.Fill(key);
        BackupFormat.Magic.CopyTo(_header);
        RandomNumberGenerator.Fill(_header.AsSpan(BackupFormat.Magic.Length, BackupFormat.IdBytes));
        master.Wrap(BackupFormat.PlaceOf(_header), key).CopyTo(_header.AsSpan(BackupFormat.KeyOffset));
        _aes = new AesGcm(key, BackupFormat.TagBytes);
        _target.Write(_header);
    }

    /// <summary>Tells it from every other backup.</summary>
    public string Place => BackupFormat.PlaceOf(_header);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            // A full chunk waits for the byte behind it: only then is it not the last.
            if (_filled == _plain.Length)
                WriteChunk(isLast: false);
            var part = Math.Min(buffer.Length, _plain.Length - _filled);
            buffer[..part].CopyTo(_plain.AsSpan(_filled));
            _filled += part;
            buffer = buffer[part..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Writes the last chunk. Without it the file counts as cut off.</summary>
    public void Complete() => WriteChunk(isLast: true);

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _aes.Dispose();
        base.Dispose(disposing);
    }

    private void WriteChunk(bool isLast)
    {
        Span<byte> nonce = stackalloc byte[BackupFormat.NonceBytes];
        BackupFormat.Nonce(nonce, _chunk++, isLast);
        _aes.Encrypt(nonce, _plain.AsSpan(0, _filled), _sealed.AsSpan(0, _filled), _sealed.AsSpan(_filled, BackupFormat.TagBytes), _header);
        _target.Write(_sealed.AsSpan(0, _filled + BackupFormat.TagBytes));
        _filled = 0;
    }
}
