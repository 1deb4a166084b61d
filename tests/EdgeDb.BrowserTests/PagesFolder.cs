using System.Security.Cryptography;
using System.Text.RegularExpressions;
using EdgeDb.Tests;

namespace EdgeDb.BrowserTests;

/// <summary>A folder with a build of the pages. Each deployment is a build of its own: every part has another name, and the page says which it is.</summary>
internal sealed class PagesFolder(string path)
{
    private const string Worker = "sw.js";

    public string Path { get; } = path;

    /// <summary>
    /// Puts a build in place of what is there. The worker comes last and whole: a browser looks for a new one whenever it likes, and what it finds first is
    /// to be all of a build, or what is left of it.
    /// </summary>
    /// <param name="build">Its name.</param>
    /// <param name="without">What of it is missing: all files whose names begin so.</param>
    public void Deploy(string build, string? without = null)
    {
        var source = System.IO.Path.Combine(ServiceProcess.Folder, "wwwroot");
        var names = Directory.GetFiles(System.IO.Path.Combine(source, "assets")).Select(System.IO.Path.GetFileName)
            .Where(static name => name!.EndsWith(".js", StringComparison.Ordinal) || name.EndsWith(".css", StringComparison.Ordinal))
            .ToDictionary(static name => name!, name => $"{System.IO.Path.GetFileNameWithoutExtension(name)}-{build}{System.IO.Path.GetExtension(name)}");
        var all = new Regex(string.Join('|', names.Keys.Select(Regex.Escape)));
        Directory.CreateDirectory(Path);
        var before = Directory.GetFiles(Path, "*", SearchOption.AllDirectories).Where(static file => System.IO.Path.GetFileName(file) != Worker).ToList();
        before.ForEach(File.Delete);
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Where(static file => !file.EndsWith(".gz", StringComparison.Ordinal) && !file.EndsWith(".br", StringComparison.Ordinal)))
        {
            var target = At(Renamed(System.IO.Path.GetRelativePath(source, file)));
            var name = System.IO.Path.GetFileName(target);
            if (name == Worker || (without is not null && name.StartsWith(without, StringComparison.Ordinal)))
                continue;
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            if (file.EndsWith(".png", StringComparison.Ordinal))
                File.Copy(file, target);
            else
                File.WriteAllText(target, Renamed(File.ReadAllText(file)));
        }

        var index = File.ReadAllText(At("index.html")).Replace("<html ", $"<html data-build=\"{build}\" ", StringComparison.Ordinal);
        File.WriteAllText(At("index.html"), index);
        if (without == Worker)
        {
            File.Delete(At(Worker));
            return;
        }
        var worker = Renamed(File.ReadAllText(System.IO.Path.Combine(source, Worker)));
        worker = Regex.Replace(worker, "(?<=[`'\"])[0-9a-f]{64}(?=[`'\"])", $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(At("index.html"))))}");
        var next = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, Worker);
        File.WriteAllText(next, Regex.Replace(worker, "(?<=[`'\"])edgedb-[0-9a-f]{16}(?=[`'\"])", $"edgedb-{build}"));
        File.Move(next, At(Worker), overwrite: true);

        string Renamed(string text) => all.Replace(text, match => names[match.Value]);
    }

    private string At(string name) => System.IO.Path.Combine(Path, name);
}
