using System.Globalization;
using System.Security.Cryptography;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Backups;

/// <summary>
/// Reads a <see cref="BackupFormat"/>. No byte is returned that was not authenticated. Throws <see cref="StorageException"/> that names the file and the damaged bytes, and
/// <see cref="SealBrokenException"/> when the file's key does not open.
/// </summary>
internal sealed class SealedChunkReader : Stream
{
    private readonly FileStream _file;
    private readonly AesGcm _aes;
    private readonly byte[] _header = new byte[BackupFormat.HeaderBytes];
    private readonly byte[] _sealed = new byte[BackupFormat.ChunkBytes + BackupFormat.TagBytes];
    private readonly byte[] _plain = new byte[BackupFormat.ChunkBytes];
    private int _length;
    private int _taken;
    private long _chunk;
    private bool _isLast;

    /// <summary>Opens the file and its key.</summary>
    public SealedChunkReader(string path, MasterKey master)
    {
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        try
        {
            if (_file.ReadAtLeast(_header, _header.Length, throwOnEndOfStream: false) < _header.Length || !_header.AsSpan().StartsWith(BackupFormat.Magic))
                throw new StorageException(StorageFailure.Corrupt, $"{path} does not begin as a backup of EdgeDb does: it is another file, or bytes 0 to {_header.Length - 1} are damaged.");
            var key = master.Unwrap(BackupFormat.PlaceOf(_header), $"{path} (bytes {BackupFormat.Magic.Length} to {_header.Length - 1})", _header.AsSpan(BackupFormat.KeyOffset));
            _aes = new AesGcm(key, BackupFormat.TagBytes);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Tells it from every other backup.</summary>
    public string Place => BackupFormat.PlaceOf(_header);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        while (_taken == _length)
        {
            if (_isLast)
                return 0;
            ReadChunk();
        }

        var part = Math.Min(buffer.Length, _length - _taken);
        _plain.AsSpan(_taken, part).CopyTo(buffer);
        _taken += part;
        return part;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <summary>Reads what is left, so that all of the file was authenticated.</summary>
    public void ReadToEnd()
    {
        while (!_isLast)
            ReadChunk();
    }

    public override void Flush()
    {
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _aes.Dispose();
        _file.Dispose();
        base.Dispose(disposing);
    }

    private void ReadChunk()
    {
        var from = _file.Position;
        var read = _file.ReadAtLeast(_sealed, _sealed.Length, throwOnEndOfStream: false);
        var isLast = _file.Position == _file.Length;
        Span<byte> nonce = stackalloc byte[BackupFormat.NonceBytes];
        BackupFormat.Nonce(nonce, _chunk++, isLast);
        try
        {
            _length = 0;
            _taken = 0;
            if (read < BackupFormat.TagBytes)
                throw new AuthenticationTagMismatchException();
            var length = read - BackupFormat.TagBytes;
            _aes.Decrypt(nonce, _sealed.AsSpan(0, length), _sealed.AsSpan(length, BackupFormat.TagBytes), _plain.AsSpan(0, length), _header);
            (_length, _isLast) = (length, isLast);
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new StorageException(
                StorageFailure.Corrupt,
                string.Create(CultureInfo.InvariantCulture, $"{_file.Name} is damaged or was cut off: bytes {from} to {Math.Max(from, from + read - 1)} do not open."));
        }
    }
}
