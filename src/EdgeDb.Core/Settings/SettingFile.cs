using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace EdgeDb.Core.Settings;

/// <summary>
/// Settings of a JSON file: a group is an object, <c>cache.entries</c> is <c>{"cache": {"entries": 500}}</c>. Comments are allowed, and <c>$schema</c>, for editors.
/// The file is only ever read.
/// </summary>
internal sealed class SettingFile
{
    /// <summary>The largest file that is read.</summary>
    public const int MaxBytes = 256 * 1024;

    private const int MaxDepth = 8;

    private static readonly SearchValues<string> ForProgrammers =
        SearchValues.Create([" LineNumber:", " which is not supported in this mode", ", when isFinalBlock"], StringComparison.Ordinal);

    private readonly SettingCatalog _catalog;
    private readonly string _path;
    private readonly byte[] _bytes;
    private readonly ICollection<string> _problems;
    private readonly Dictionary<Setting, SettingInput> _inputs = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    private SettingFile(SettingCatalog catalog, string path, byte[] bytes, ICollection<string> problems) =>
        (_catalog, _path, _bytes, _problems) = (catalog, path, bytes, problems);

    /// <summary>What the file says. Every problem names line and column, counted from 1.</summary>
    /// <param name="catalog">The settings there are.</param>
    /// <param name="path">The file.</param>
    /// <param name="mustExist">Whether somebody named it: a file that is only looked for may be missing.</param>
    /// <param name="problems">Receives one sentence a problem.</param>
    public static IReadOnlyDictionary<Setting, SettingInput> Read(SettingCatalog catalog, string path, bool mustExist, ICollection<string> problems)
    {
        byte[] bytes;
        try
        {
            using var stream = File.OpenRead(path);
            // One byte more shows that there are too many; the length of a pipe or a device would say nothing.
            bytes = new byte[MaxBytes + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > MaxBytes)
            {
                problems.Add($"{path}: the file is larger than {MaxBytes / 1024} KB.");
                return new Dictionary<Setting, SettingInput>();
            }

            bytes = bytes[..length];
        }
        catch (Exception missing) when (!mustExist && missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return new Dictionary<Setting, SettingInput>();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            problems.Add($"{path}: the file cannot be read: {failure.Message}");
            return new Dictionary<Setting, SettingInput>();
        }

        var file = new SettingFile(catalog, path, bytes, problems);
        file.Read();
        return file._inputs;
    }

    private void Read()
    {
        var start = _bytes.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0;
        if (_bytes.Length == start)
        {
            _problems.Add($"{_path}:1:1: no JSON: the file is empty; it must hold at least {{}}.");
            return;
        }

        if (!Utf8.IsValid(_bytes))
        {
            _problems.Add($"{_path}: the file is not UTF-8.");
            return;
        }

        var reader = new Utf8JsonReader(
            _bytes.AsSpan(start), new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, MaxDepth = MaxDepth });
        try
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject)
                ReadGroup(ref reader, "", start);
            else
                _problems.Add($"{Where(reader, start)}: the file must hold a JSON object, {{ … }}.");
            while (reader.Read())
            {
                // Only comments may follow; anything else is thrown for.
            }
        }
        catch (JsonException failure)
        {
            var line = (failure.LineNumber ?? 0) + 1;
            _problems.Add($"{_path}:{line}:{Column(line, (int)(failure.BytePositionInLine ?? 0))}: no JSON: {Reason(failure)}");
        }
        catch (InvalidOperationException)
        {
            // An escape of half a surrogate pair, which the reader notices only when the text is taken.
            _problems.Add($"{Where(reader, start)}: this text holds half a character.");
        }
    }

    private void ReadGroup(ref Utf8JsonReader reader, string prefix, int start)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            var where = Where(reader, start);
            var name = prefix + key;
            reader.Read();
            if (name == "$schema")
            {
                reader.Skip();
                continue;
            }

            var isPart = !key.Contains('.', StringComparison.Ordinal);
            if (!_seen.Add(name))
                _problems.Add($"{where}: {Shown(name)} is given twice.");
            else if (isPart && _catalog.Find(name) is { } setting)
            {
                if (ReadTexts(ref reader, setting, $"{where}: {name}") is { } texts)
                    _inputs.Add(setting, new(SettingLayer.File, $"{where}: {name}", texts));
                continue;
            }
            else if (isPart && _catalog.IsGroup(name))
            {
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    ReadGroup(ref reader, name + ".", start);
                    continue;
                }

                _problems.Add($"{where}: {name} is a group of settings; write {{ … }}.");
            }
            else if (!isPart && _catalog.Find(name) is not null)
                _problems.Add($"{where}: a group is an object of its own; write {{ \"{name.Replace(".", "\": { \"", StringComparison.Ordinal)}\": … }}.");
            else
                _problems.Add($"{where}: there is no setting {Shown(name)}. {_catalog.DidYouMean(name, static s => s.Path)}".TrimEnd());
            reader.Skip();
        }
    }

    /// <summary>Null after a problem was told.</summary>
    private List<string>? ReadTexts(ref Utf8JsonReader reader, Setting setting, string spelled)
    {
        switch (setting.Form, reader.TokenType)
        {
            case (SettingForm.Number, JsonTokenType.Number):
                return [Encoding.UTF8.GetString(reader.ValueSpan)];
            case (SettingForm.Boolean, JsonTokenType.True or JsonTokenType.False):
                return [reader.TokenType == JsonTokenType.True ? "true" : "false"];
            case (SettingForm.Text, JsonTokenType.String):
                return [reader.GetString()!];
            case (SettingForm.List, JsonTokenType.StartArray):
                var texts = new List<string>();
                var isList = true;
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    if (reader.TokenType == JsonTokenType.String)
                        texts.Add(reader.GetString()!);
                    else
                        isList = false;
                    reader.Skip();
                }

                if (isList)
                    return texts;
                break;
            default:
                reader.Skip();
                break;
        }

        _problems.Add(setting.Form switch
        {
            SettingForm.Number => $"{spelled}: write a number without quotes: {setting.Range}.",
            SettingForm.Boolean => $"{spelled}: write true or false without quotes.",
            SettingForm.List => $"{spelled}: write a list of texts, [\"…\"].",
            _ => $"{spelled}: write a text in quotes: {setting.Range}.",
        });
        return null;
    }

    private string Where(in Utf8JsonReader reader, int start)
    {
        var at = start + (int)reader.TokenStartIndex;
        var line = _bytes.AsSpan(0, at).Count((byte)'\n') + 1;
        return $"{_path}:{line}:{Column(line, at - (_bytes.AsSpan(0, at).LastIndexOf((byte)'\n') + 1))}";
    }

    /// <summary>Counts characters: bytes are what the reader counts, and no editor shows.</summary>
    private int Column(long line, int bytes)
    {
        var rest = _bytes.AsSpan();
        for (; line > 1; line--)
            rest = rest[(rest.IndexOf((byte)'\n') + 1)..];
        return Encoding.UTF8.GetCharCount(rest[..Math.Min(bytes, rest.Length)]) + 1;
    }

    private static string Shown(string name) => name.Length <= 100 ? name : string.Create(CultureInfo.InvariantCulture, $"{name[..100]}…");

    // The reader's message advises its programmer, and ends with its own count of lines and bytes, from 0.
    private static string Reason(JsonException failure)
    {
        var end = failure.Message.AsSpan().IndexOfAny(ForProgrammers);
        return end < 0 ? failure.Message : $"{failure.Message.AsSpan(0, end).TrimEnd('.')}.";
    }
}
