namespace EdgeDb.Core.Certificates;

/// <summary>A certificate or its key cannot be used: the message names the file, what is wrong with it and what to do.</summary>
internal sealed class CertificateFileException(string message, Exception? inner = null) : IOException(message, inner);
